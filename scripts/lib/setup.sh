# Sourced by scripts/start and scripts/test: brings the checkout's environment to what the lock files say.
# Nothing outside the checkout is touched, except system packages, which are named, and installed when run as root.

TORCH_VERSION=2.13.0
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '• %s\n' "$*"; }
die() { printf '\n✗ %s\n' "$1" >&2; [ $# -gt 1 ] && printf '  %s\n' "$2" >&2; exit 1; }

# timed WHAT COMMAND...: says what is done and how long it took; shows the output only when it fails.
timed() {
  local what=$1 begun=$SECONDS log; shift
  log=$(mktemp)
  printf '• %s … ' "$what"
  if "$@" >"$log" 2>&1; then
    printf 'done, %s s\n' "$((SECONDS - begun))"
    rm -f "$log"
  else
    printf 'failed\n'; tail -n 40 "$log" >&2; rm -f "$log"; return 1
  fi
}

find_python() {
  local name
  for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$name"; return
    fi
  done
  die "Python 3.11 or newer is needed and was not found." "Install it, or name it: PYTHON=/path/to/python3 $0"
}

# A machine without an NVIDIA GPU is spared gigabytes of CUDA where an index or a local wheel offers a CPU build.
install_torch() {
  local pip=.venv/bin/pip
  .venv/bin/python - "$TORCH_VERSION" 2>/dev/null <<'PY' && return
import sys
from importlib.metadata import version
sys.exit(version("torch").split("+")[0] != sys.argv[1])
PY
  if [ "$(uname -s)" = Linux ] && ! [ -e /dev/nvidiactl ] &&
    timed "Installing torch $TORCH_VERSION for the CPU" $pip install --quiet "torch==$TORCH_VERSION+cpu" 2>/dev/null; then
    return
  fi
  timed "Installing torch $TORCH_VERSION" $pip install --quiet "torch==$TORCH_VERSION" ||
    die "torch $TORCH_VERSION could not be installed." "Check the network and the disk (df -h .), then run this again."
}

# install_python LOCK: the virtual environment, torch, and what the lock file says.
install_python() {
  local lock=requirements/$1.lock stamp
  if ! [ -x .venv/bin/python ]; then
    timed "Making the virtual environment .venv" "$(find_python)" -m venv .venv ||
      die "The virtual environment could not be made." "On Debian and Ubuntu: apt-get install python3-venv"
  fi
  stamp=.venv/.installed-$1-$(cat "$lock" pyproject.toml scripts/lib/setup.sh | cksum | tr -d ' ')
  [ -e "$stamp" ] && return
  install_torch
  timed "Installing the locked dependencies ($lock)" \
    .venv/bin/pip install --quiet --no-deps --require-hashes --requirement "$lock" ||
    die "The locked dependencies could not be installed." "Check the network and the disk (df -h .), then run this again."
  timed "Linking the tutor command" \
    .venv/bin/pip install --quiet --no-deps --no-build-isolation --editable . || die "The checkout could not be installed."
  rm -f .venv/.installed-"$1"-*
  : >"$stamp"
}

# want_packages PACKAGE=COMMAND_OR_FILE...: system packages, installed as root, otherwise named. Fails if one is missing.
want_packages() {
  local want package missing=()
  for want in "$@"; do
    package=${want%%=*} want=${want#*=}
    compgen -G "$want" >/dev/null || command -v "$want" >/dev/null || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    timed "Installing system packages: ${missing[*]}" sh -c \
      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"' sh "${missing[@]}" && return
  fi
  say "These system packages are missing: ${missing[*]}. On Debian and Ubuntu: sudo apt-get install ${missing[*]}"
  return 1
}
