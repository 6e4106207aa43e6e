from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.exports import ExportBounds
from domain.rollups import DEFAULT_THRESHOLDS
from domain.validation import RulesInForce, SeverityChanges, rules_in_force
from server.database_settings import DatabaseSettings
from server.document_settings import DocumentSettings
from server.http_settings import HttpSettings
from server.limit_settings import LimitSettings
from server.load_settings import LoadSettings
from server.scaling_settings import ScalingSettings
from server.severities import severities_from
from server.tracing.settings import TracingSettings
from server.webhooks.settings import WebhookSettings


class Settings(
    WebhookSettings,
    HttpSettings,
    LimitSettings,
    DocumentSettings,
    LoadSettings,
    ScalingSettings,
    TracingSettings,
    DatabaseSettings,
    BaseSettings,
):
    """Everything that can be set from outside; each value comes from the environment variable of the same name.

    `docs/settings.md` is written from these descriptions.
    """

    model_config = SettingsConfigDict(env_prefix="DENGTA_", populate_by_name=True)

    data_directory: Annotated[
        Path, Field(description="Where the embedded PostgreSQL, the signing key and stored files live.")
    ] = Path(".dengta")
    host: Annotated[str, Field(description="The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="The port to listen on.")] = 8000
    workers: Annotated[
        int, Field(ge=1, le=256, description="How many processes answer requests; about one for each core.")
    ] = 1
    issuer_address: Annotated[
        str | None,
        Field(
            validation_alias="DENGTA_ISSUER",
            pattern="^https?://[^/?#]+$",
            description="The address at which people and programs reach this server, as `https://register.example`. It "
            "is the issuer (`iss`) of its tokens. Without it `http://` with host and port.",
        ),
    ] = None
    audience: Annotated[str, Field(description="The audience (`aud`) that access tokens must name.")] = "dengta"
    signing_key_file: Annotated[
        Path | None,
        Field(
            description="The private key (JWK or PEM, ES256) that signs access tokens. "
            "Without it one is made in the data directory at the first use."
        ),
    ] = None
    access_token_minutes: Annotated[
        int, Field(ge=1, le=60, description="Minutes that an access token of the authorization server is good.")
    ] = 10
    refresh_token_days: Annotated[
        int,
        Field(
            ge=1,
            le=365,
            description="Days that a refresh token is good. Each use gives a new one: whoever stays away so long must "
            "sign in again.",
        ),
    ] = 30
    trusted_issuer: Annotated[
        str | None,
        Field(
            pattern="^https?://[^?#]+$",
            description="The issuer (`iss`) of an OpenID provider whose access tokens (RFC 9068) are accepted too. Its "
            "keys are found by its discovery document. Without it only our own tokens are.",
        ),
    ] = None
    trusted_issuer_audience: Annotated[
        str | None,
        Field(description="The audience (`aud`) that its access tokens must name; DENGTA_AUDIENCE when it is not set."),
    ] = None
    trusted_issuer_claim: Annotated[
        str,
        Field(
            description="The claim of its tokens that names an account of ours, by the account's subject or its "
            "holder's identity number. Role and organisation are the account's, whatever the token says."
        ),
    ] = "sub"
    secret_file: Annotated[
        Path | None,
        Field(
            description="The secret (32 bytes or more, in hexadecimal) from which the keys of the audit log and of "
            "one-time codes are derived. Without it one is made in the data directory at the first use. Keep a copy: "
            "the audit log can be verified with it alone."
        ),
    ] = None
    body_limit: Annotated[int, Field(ge=1024, description="Bytes that the body of a GraphQL request may have.")] = (
        2_097_152
    )
    executor: Annotated[
        Literal["compiled", "graphql-core"],
        Field(description="What runs GraphQL operations: the `compiled` executor, or plain `graphql-core` to compare."),
    ] = "compiled"
    slow_operation: Annotated[
        float,
        Field(ge=0, description="Seconds from which on an operation is logged as slow; 0 logs every operation."),
    ] = 1.0
    heartbeat: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            description="Seconds of silence after which a stream (server-sent events or WebSocket) gets a sign of "
            "life. A client that takes none for twice as long is dropped.",
        ),
    ] = 15.0
    idle_socket: Annotated[
        float, Field(gt=0, description="Seconds after which a WebSocket on which no operation runs is closed.")
    ] = 300.0
    subscriptions_per_person: Annotated[
        int, Field(ge=1, description="How many subscriptions one person may run at a time in one process.")
    ] = 50
    subscriptions_per_partner: Annotated[
        int, Field(ge=1, description="How many subscriptions one partner's system may run at a time in one process.")
    ] = 10
    messages: Annotated[
        Literal["off", "gateway", "inbox"],
        Field(
            description="Who delivers messages (activation codes, one-time codes): the HTTP `gateway`; the `inbox`, a "
            "page that shows them to everyone, for demonstrations alone; or nobody (`off`), and they wait. "
            "`dengta demo` takes the inbox by itself."
        ),
    ] = "off"
    message_gateway_url: Annotated[
        HttpUrl | None, Field(description="Where the gateway takes messages by POST; `docs/messages.md` says how.")
    ] = None
    message_gateway_secret: Annotated[
        SecretStr | None, Field(description="The secret that the gateway is shown, as a Bearer token.")
    ] = None
    message_gateway_secret_file: Annotated[
        Path | None, Field(description="A file that holds this secret; it goes before the secret itself.")
    ] = None
    message_gateway_timeout: Annotated[
        float, Field(gt=0, le=120, description="Seconds that one attempt to deliver may take.")
    ] = 10.0
    messages_at_once: Annotated[
        int, Field(ge=1, le=100, description="How many messages one process delivers at the same time.")
    ] = 10
    jobs_in_server: Annotated[
        bool,
        Field(
            description="Whether the processes that answer requests also run the jobs: delivering messages, clearing "
            "away what has expired. Without it `dengta worker` must run."
        ),
    ] = True
    worker_lost_after: Annotated[
        float,
        Field(
            ge=0.5,
            le=3600,
            description="Seconds without a sign of life after which the jobs of a worker are taken up by another.",
        ),
    ] = 15.0
    rollup_members: Annotated[
        int,
        Field(
            ge=1,
            description="From how many members on, all below it included, an organisation's statistics are counted in "
            "advance. Those of smaller ones are counted when they are asked for, with the same result.",
        ),
    ] = DEFAULT_THRESHOLDS.single
    rollup_pairs_members: Annotated[
        int, Field(ge=1, description="From how many members on also those by two dimensions.")
    ] = DEFAULT_THRESHOLDS.pairs
    changes_kept_days: Annotated[
        int,
        Field(
            ge=1,
            le=3650,
            description="Days for which changes are kept for partners. Whoever stays away for longer must read "
            "everything anew.",
        ),
    ] = 30
    export_direct_rows: Annotated[
        int,
        Field(
            ge=0,
            le=100_000,
            description="Up to how many rows an export is written when it is downloaded; a job writes larger ones.",
        ),
    ] = ExportBounds().direct_rows
    exports_at_once: Annotated[
        int, Field(ge=1, le=100, description="How many exports of one person jobs may be writing at a time.")
    ] = ExportBounds().at_once
    exports_kept_hours: Annotated[
        int, Field(ge=1, le=720, description="Hours for which an export can be downloaded; then its file is removed.")
    ] = 24
    population_registry: Annotated[
        Literal["off", "http", "simulator"],
        Field(
            description="Who verifies names against identity numbers: the population registry over `http`, or the "
            "`simulator`, for demonstrations and tests, which `dengta demo` takes by itself."
        ),
    ] = "off"
    population_registry_url: Annotated[
        HttpUrl | None, Field(description="Where the registry is asked by POST; `docs/messages.md` says how.")
    ] = None
    population_registry_secret: Annotated[
        SecretStr | None, Field(description="The secret that the registry is shown, as a Bearer token.")
    ] = None
    population_registry_secret_file: Annotated[
        Path | None, Field(description="A file that holds this secret; it goes before the secret itself.")
    ] = None
    population_registry_timeout: Annotated[
        float, Field(gt=0, le=60, description="Seconds that the registry has to answer; it is asked twice at most.")
    ] = 3.0
    file_store: Annotated[
        str | None,
        Field(
            description="Where photos and attachments are kept: a folder, or `s3://bucket/prefix` of a store that "
            "speaks S3. Without it `files` in the data directory."
        ),
    ] = None
    file_store_endpoint: Annotated[
        HttpUrl | None, Field(description="The address of an S3-compatible store; without it that of AWS.")
    ] = None
    file_store_region: Annotated[
        str | None, Field(description="The region of the bucket; without it `AWS_REGION`, or the one that AWS takes.")
    ] = None
    file_store_access_key: Annotated[
        str | None,
        Field(description="The id of the access key; without it AWS's own variables and instance roles are used."),
    ] = None
    file_store_secret: Annotated[SecretStr | None, Field(description="The secret of the access key.")] = None
    file_store_secret_file: Annotated[
        Path | None, Field(description="A file that holds this secret; it goes before the secret itself.")
    ] = None
    severities: Annotated[
        SeverityChanges,
        NoDecode,
        BeforeValidator(severities_from),
        Field(
            description="Severities of rules of data quality other than those that `docs/reference/rules.md` lists, as "
            'JSON: `{"PHONE_INVALID": {"quality": "ERROR"}, "PHOTO_MISSING": {"quality": null, "special": "HINT"}}`. '
            "Each of `quality` and `special` is `ERROR`, `WARNING`, `HINT` or `null` (no part of it); a rule that is "
            "part of neither is switched off. All processes, and commands, must be given the same."
        ),
    ] = {}
    forms_per_file: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="How many collection forms one printed file may have. Printing takes 1 MB of memory a page.",
        ),
    ] = 200
    log_format: Annotated[str, Field(pattern="^(json|console)$", description="`json` or `console`.")] = "console"

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def rules(self) -> RulesInForce:
        return rules_in_force(self.severities)

    @property
    def exports(self) -> ExportBounds:
        kept_for = timedelta(hours=self.exports_kept_hours)
        return ExportBounds(self.export_direct_rows, self.exports_at_once, kept_for)

    @property
    def issuer(self) -> str:
        return self.issuer_address or self.address

    @property
    def postgres_directory(self) -> Path:
        return self.data_directory / "postgres"

    @property
    def signing_key(self) -> Path:
        return self.signing_key_file or self.data_directory / "signing-key.json"

    @property
    def secret(self) -> Path:
        return self.secret_file or self.data_directory / "secret"
