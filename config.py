"""Settings, read from the environment once and never changed afterwards.

With nothing set it describes the embedded service (a SQLite file, no server); `problems()` says what
a production start still lacks.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
# The embedded default when SECRET_KEY is not set; a production start refuses it by name.
DEFAULT_SECRET = "not-a-secret"  # noqa: S105
SHORTEST_SECRET = 32
MAIL_SCHEMES = ("smtp", "smtps")
STORE_SCHEMES = ("file", "s3")
# Everything larger than a long application with its documents is refused before it is read.
LARGEST_REQUEST_BYTES = 16 * 1024 * 1024
# A page with files sends each box by itself; without these a long table or text on it would be refused and lost.
MOST_BOXES = 20_000
# An upload form may be larger, so that what is too large is said beside its field and not by a bare page.
LARGEST_UPLOAD_BYTES = 48 * 1024 * 1024
# A server that does not answer must not hold a request, or the answer of /readyz, for minutes.
SECONDS_TO_CONNECT = 5
NUMBERS = {
    "PORT": (8000, 1, 65535),
    "WEB_WORKERS": (2, 1, 256),
    "WORKER_CONCURRENCY": (2, 1, 256),
    "TRUSTED_PROXIES": (0, 0, 10),
    # How long a worker that is not heard of keeps what it claimed. No task runs longer than 60 s.
    "LEASE_SECONDS": (60, 1, 3600),
    # The largest file of a bid, in millions of bytes.
    "FILE_MEGABYTES": (10, 1, 40),
    # How long after its deadline one group may be given more time by two people; 0 is never.
    "LATE_HOURS": (24, 0, 168),
    # How long before a round closes what can wait makes room; 0 is never.
    "SHED_MINUTES": (60, 0, 1440),
    # How long a change of many bids can be called back; 0 does it with the next tick.
    "RECALL_MINUTES": (10, 0, 120),
    # How many working days a group that was told no may ask for a review.
    "REVIEW_DAYS": (10, 1, 60),
    # Requests in one process at which it counts as busy then: of its four threads, two are left for what can't wait.
    "BUSY_REQUESTS": (3, 1, 1000),
}


class SettingsError(ValueError):
    """A setting that cannot be read at all; its text is one line that says what to set."""


@dataclass(frozen=True)
class Settings:
    """What the service was told at its start. Empty text means "not set"."""

    database: str = ""
    redis: str = ""
    secret: str = field(default="", repr=False)
    mail_url: str = field(default="", repr=False)
    mail_from: str = ""
    base_url: str = ""
    data_dir: Path = ROOT / ".data"
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    worker_concurrency: int = 2
    trusted_proxies: int = 0
    lease_seconds: int = 60
    file_megabytes: int = 10
    late_hours: int = 24
    shed_minutes: int = 60
    recall_minutes: int = 10
    review_days: int = 10
    busy_requests: int = 3
    files_url: str = ""
    clamd_url: str = ""
    charity_register_url: str = ""
    charity_register_key: str = field(default="", repr=False)
    company_register_url: str = ""
    company_register_key: str = field(default="", repr=False)
    govuk_frontend_dist: str = ""
    sample: bool = False
    unreadable: tuple[str, ...] = ()

    @classmethod
    def from_environ(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; a number that cannot be read takes its default and is listed by `problems()`."""
        env = os.environ if env is None else env
        numbers, unreadable = _read_numbers(env)
        return cls(
            database=env.get("DATABASE_URL", ""),
            redis=env.get("REDIS_URL", ""),
            secret=env.get("SECRET_KEY", ""),
            mail_url=env.get("MAIL_URL", ""),
            mail_from=env.get("MAIL_FROM", ""),
            base_url=env.get("BASE_URL", "").rstrip("/"),
            data_dir=Path(env.get("DATA_DIR") or ROOT / ".data").resolve(),
            host=env.get("HOST") or "127.0.0.1",
            port=numbers["PORT"],
            web_workers=numbers["WEB_WORKERS"],
            worker_concurrency=numbers["WORKER_CONCURRENCY"],
            trusted_proxies=numbers["TRUSTED_PROXIES"],
            lease_seconds=numbers["LEASE_SECONDS"],
            file_megabytes=numbers["FILE_MEGABYTES"],
            late_hours=numbers["LATE_HOURS"],
            shed_minutes=numbers["SHED_MINUTES"],
            recall_minutes=numbers["RECALL_MINUTES"],
            review_days=numbers["REVIEW_DAYS"],
            busy_requests=numbers["BUSY_REQUESTS"],
            files_url=env.get("FILES_URL", ""),
            clamd_url=env.get("CLAMD_URL", ""),
            charity_register_url=env.get("CHARITY_REGISTER_URL", ""),
            charity_register_key=env.get("CHARITY_REGISTER_KEY", ""),
            company_register_url=env.get("COMPANY_REGISTER_URL", ""),
            company_register_key=env.get("COMPANY_REGISTER_KEY", ""),
            govuk_frontend_dist=env.get("GOVUK_FRONTEND_DIST", ""),
            sample=env.get("SAMPLE", "") == "1",
            unreadable=unreadable,
        )

    @property
    def is_sample(self) -> bool:
        return self.sample

    @property
    def database_url(self) -> str:
        """SQLAlchemy's address of the database; the embedded file when none was named."""
        if not self.database:
            return f"sqlite:///{self.data_dir / 'safer-grants.sqlite3'}"
        # Several hosting services still hand out the scheme that SQLAlchemy dropped.
        if self.database.startswith("postgres://"):
            return "postgresql://" + self.database.removeprefix("postgres://")
        return self.database

    @property
    def engine_options(self) -> dict[str, object]:
        """How connections are kept. One that a server dropped meanwhile is noticed before a request depends on it."""
        if self.database_url.startswith("sqlite"):
            return {}
        return {"pool_pre_ping": True, "connect_args": {"connect_timeout": SECONDS_TO_CONNECT}}

    @property
    def redis_url(self) -> str:
        return self.redis

    @cached_property
    def secret_key(self) -> str:
        """The signing key. The sample keeps a random one in its folder, so sign-ins survive a restart."""
        if self.secret:
            return self.secret
        return _kept_secret(self.data_dir / "sample-secret") if self.sample else DEFAULT_SECRET

    @property
    def public_url(self) -> str:
        """Where people reach the service, without a slash at its end; used in letters and mails."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def sender(self) -> str:
        return self.mail_from or "grants@sample.example.org"

    @property
    def largest_file(self) -> int:
        """The largest file that a group may give in, in bytes."""
        return self.file_megabytes * 1_000_000

    @property
    def is_secure(self) -> bool:
        """Whether people come by https, so that cookies may be marked for it alone."""
        return self.public_url.startswith("https://")

    def flask_config(self) -> dict[str, object]:
        """What `app.config` is updated with."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": self.engine_options,
            "REDIS_URL": self.redis_url,
            "MAIL_URL": self.mail_url,
            "MAIL_FROM": self.sender,
            "BASE_URL": self.public_url,
            "DATA_DIR": str(self.data_dir),
            "TRUSTED_PROXIES": self.trusted_proxies,
            "SAMPLE": self.sample,
            "GOVUK_FRONTEND_DIST": self.govuk_frontend_dist,
            "MAX_CONTENT_LENGTH": LARGEST_REQUEST_BYTES,
            "MAX_FORM_MEMORY_SIZE": LARGEST_REQUEST_BYTES,
            "MAX_FORM_PARTS": MOST_BOXES,
            # Addresses of static files carry a hash of their content, so a browser may keep them for a year.
            "SEND_FILE_MAX_AGE_DEFAULT": 365 * 24 * 3600,
            "SESSION_COOKIE_SECURE": self.is_secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "REMEMBER_COOKIE_SECURE": self.is_secure,
            "REMEMBER_COOKIE_HTTPONLY": True,
        }

    def problems(self) -> list[str]:
        """What a production start lacks, a line for each; the sample lacks only what cannot be read."""
        found = list(self.unreadable)
        if self.mail_url:
            found += _mail_problems(self.mail_url)
        found += _address_problems(self)
        if self.govuk_frontend_dist and not (Path(self.govuk_frontend_dist) / "govuk-frontend.min.css").is_file():
            found.append("GOVUK_FRONTEND_DIST has no govuk-frontend.min.css: set it to the folder dist/govuk.")
        if not self.sample:
            found += [complaint for check in PRODUCTION_CHECKS if (complaint := check(self))]
        return found


def _read_numbers(env: Mapping[str, str]) -> tuple[dict[str, int], tuple[str, ...]]:
    numbers, unreadable = {}, []
    for name, (default, lowest, highest) in NUMBERS.items():
        text = env.get(name, "").strip()
        numbers[name] = default
        if not text:
            continue
        if text.isascii() and text.isdecimal() and lowest <= int(text) <= highest:
            numbers[name] = int(text)
        else:
            unreadable.append(f"{name} is {text!r}: set it to a whole number from {lowest} to {highest}.")
    return numbers, tuple(unreadable)


def _mail_problems(mail_url: str) -> list[str]:
    # The address itself holds a password, so it is never repeated in the complaint.
    shape = "MAIL_URL cannot be read: set it like smtp://user:password@host:port (or smtps://)."
    try:
        parts = urlsplit(mail_url)
        readable = parts.scheme in MAIL_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        readable = False
    return [] if readable else [shape]


def _address_problems(settings: Settings) -> list[str]:
    found = []
    files, scanner = urlsplit(settings.files_url), urlsplit(settings.clamd_url)
    if settings.files_url and not (files.scheme in STORE_SCHEMES and (files.netloc or files.path.startswith("/"))):
        found.append("FILES_URL cannot be read: set it like file:///srv/files or s3://bucket/prefix?region=eu-west-2.")
    is_tcp = scanner.scheme == "tcp" and ":" in scanner.netloc
    if settings.clamd_url and not (is_tcp or (scanner.scheme == "unix" and scanner.path)):
        found.append("CLAMD_URL cannot be read: set it like tcp://host:3310 or unix:/run/clamav/clamd.ctl.")
    registers = {
        "CHARITY_REGISTER_URL": settings.charity_register_url,
        "COMPANY_REGISTER_URL": settings.company_register_url,
    }
    for name, url in registers.items():
        if url and not (url.startswith(("https://", "http://")) and "{number}" in url):
            found.append(f"{name} cannot be read: set it to a web address with {{number}} in the place of the number.")
    return found


def _secret_complaint(settings: Settings) -> str:
    make = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not settings.secret:
        return f"SECRET_KEY is missing: set it to a long random text, made once with {make}."
    if settings.secret == DEFAULT_SECRET:
        return f"SECRET_KEY is the default: set it to a long random text, made once with {make}."
    if len(settings.secret) < SHORTEST_SECRET:
        return f"SECRET_KEY is short: set it to {SHORTEST_SECRET} random characters or more, made with {make}."
    return ""


def _mail_complaint(settings: Settings) -> str:
    return "" if settings.mail_url else "MAIL_URL is missing: set it like smtp://user:password@host:port."


def _sender_complaint(settings: Settings) -> str:
    return "" if "@" in settings.mail_from else "MAIL_FROM is missing: set it to the address that mails come from."


def _base_complaint(settings: Settings) -> str:
    if settings.base_url.startswith(("https://", "http://")) and urlsplit(settings.base_url).hostname:
        return ""
    return "BASE_URL is missing or no address: set it to where people come, like https://grants.example.org."


PRODUCTION_CHECKS: tuple[Callable[[Settings], str], ...] = (
    _secret_complaint,
    _mail_complaint,
    _sender_complaint,
    _base_complaint,
)


def _kept_secret(path: Path) -> str:
    """The secret in `path`, made on the first use and readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written whole under another name and then linked: two processes at once agree on one secret.
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
