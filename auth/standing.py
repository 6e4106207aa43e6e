from auth.actor import Actor, Role
from auth.scopes import partner_scopes
from storage.standing import Standing


def actor_of(standing: Standing, client: str | None) -> Actor:
    """Who asks by what stands behind a grant, and by which application."""
    scopes = partner_scopes(standing.scopes) if standing.role is Role.PARTNER else None
    return Actor(standing.subject, standing.role, standing.organization, scopes, client)
