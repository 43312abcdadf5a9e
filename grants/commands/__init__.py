"""Flask commands, one module for each subject; the only place beside the views that commits."""
