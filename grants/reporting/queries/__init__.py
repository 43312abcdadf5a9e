"""Reading across features, for dashboards, lists, exports and histories; nothing here changes anything."""
