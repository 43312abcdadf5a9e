"""The domain: lifecycles as tables and rules as pure functions; runs with nothing but the standard library."""
