"""What a web server serves: the application, or one line that says why it must not start."""

from config import Settings
from deploy.preflight import refuse_unless_ready
from grants import create_app

settings = Settings.from_environ()
refuse_unless_ready(settings)
app = create_app(settings)
