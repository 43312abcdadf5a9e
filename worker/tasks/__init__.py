"""The tasks, a module for each family; importing this package registers all of them."""

from worker.tasks import duties

__all__ = ["duties"]
