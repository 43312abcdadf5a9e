"""What the benchmarks serve: the application and its limits."""

from benchmarks.limits import make_app

app = make_app()
