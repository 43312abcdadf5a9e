"""The Celery side: it runs the services of `grants` when their time has come, and adds no rule of its own."""
