"""Community representatives: residents who judge bids once they are prepared, and only what they represent."""
