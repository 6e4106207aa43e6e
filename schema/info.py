from collections.abc import Hashable

import strawberry
from graphql import GraphQLResolveInfo

from resolvers.context import RequestContext

Info = strawberry.Info[RequestContext, None]


def core_info(info: Info) -> GraphQLResolveInfo[RequestContext]:
    """What graphql-core tells a resolver, for which Strawberry has no public name."""
    return info._raw_info


def field_of(info: Info) -> Hashable:
    """Tells one field of an operation from another, as long as its document is there: the nodes that it is made of."""
    return tuple(id(node) for node in core_info(info).field_nodes)
