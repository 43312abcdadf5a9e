"""The blueprint of the meeting, and where its people may go."""

from flask import Blueprint

from workflows.actors import Role

bp = Blueprint("meetings", __name__)

SITTERS = (Role.CHAIR, Role.PANEL_MEMBER, Role.OFFICER, Role.MANAGER)
MINUTERS = (Role.CHAIR, Role.OFFICER, Role.MANAGER)
