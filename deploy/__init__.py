"""Starting the service: the supervisor, the web server and their checks. Nothing here knows a grant."""
