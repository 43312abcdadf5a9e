"""The application factory: binds settings, extensions, features and the rules that every page stands on."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from config import ROOT, Settings
from grants import cli
from grants.core import audit, database, installed, outbox  # noqa: F401  (their tables belong to the schema)
from grants.extensions import csrf, db, login, migrate
from grants.web import (
    access,
    commit,
    context,
    errors,
    filters,
    health,
    identity,
    numbers,
    official_look,
    registers,
    security,
    shedding,
    stash,
)

# In the order in which features may know one another, left to right.
FEATURES = (
    "accounts",
    "funding",
    "funds",
    "events",
    "subscriptions",
    "documents",
    "applications",
    "endorsements",
    "eligibility",
    "diligence",
    "representatives",
    "assessment",
    "allocation",
    "meetings",
    "decisions",
    "awards",
    "reviews",
    "monitoring",
    "bulk",
    "reporting",
    "notifications",
    "audit",
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application for these settings, or for the environment's."""
    settings = settings or Settings.from_environ()
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder="static")
    app.config.update(settings.flask_config())
    app.extensions["settings"] = settings
    _keep_compiled_templates(app, settings.data_dir)
    for feature in FEATURES:
        import_module(f"grants.{feature}.models") if _has(feature, "models") else None
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "grants" / "migrations"))
    with app.app_context():
        database.prepare(db.engine)
        installed.install(db.engine, settings)
    numbers.init_app(app)
    security.init_app(app)
    identity.init_app(app)
    commit.init_app(app)
    stash.init_app(app)
    csrf.init_app(app)
    # Templates get their actor from `context`; the error page of a lost database must not look anybody up.
    login.init_app(app, add_context_processor=False)
    login.user_loader(identity.load)
    errors.init_app(app)
    filters.register(app)
    context.init_app(app)
    health.init_app(app)
    official_look.init_app(app)
    registers.init_app(app)
    shedding.init_app(app)
    cli.init_app(app)
    for feature in FEATURES:
        if _has(feature, "views"):
            app.register_blueprint(import_module(f"grants.{feature}.views").bp)
    with app.app_context():
        access.refuse_undeclared_routes()
    return app


def _has(feature: str, module: str) -> bool:
    folder = Path(__file__).parent / feature
    return (folder / f"{module}.py").exists() or (folder / module / "__init__.py").exists()


def _keep_compiled_templates(app: Flask, data_dir: Path) -> None:
    # The first page of a process costs half a second without it.
    folder = data_dir / "templates-compiled"
    folder.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
