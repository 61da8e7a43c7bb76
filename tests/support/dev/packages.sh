# Which Debian packages are needed for what, and their installation. Sourced by ./dev.

# SET | package | why. The only list of packages in the project.
packages() {
  cat <<'LIST'
build  | g++                   | the compiler
build  | cmake                 | the build
build  | ninja-build           | the build
build  | ccache                | builds again quickly
build  | pkg-config            | finds libedit
build  | python3               | checks of layers and documentation
build  | capnproto             | compiles the schema of the API
build  | libcapnp-dev          | the API
build  | libcaf-dev            | actors
build  | libboost-dev          | Asio: sockets and timers
build  | libspdlog-dev         | logging
build  | libsqlite3-dev        | the store of what must survive
build  | libxxhash-dev         | hashes of attribute sets
build  | libjemalloc-dev       | memory of release builds
build  | libtoml11-dev         | the configuration file
build  | libcli11-dev          | bellmanctl: its arguments
build  | libedit-dev           | bellmanctl: its shell
build  | nlohmann-json3-dev    | bellmanctl: --json
build  | libgtest-dev          | unit tests
lab    | bird2                 | a neighbour in the lab
lab    | frr                   | a neighbour in the lab
lab    | gobgpd                | a neighbour in the lab
lab    | openbgpd              | a neighbour in interop scenarios
lab    | exabgp                | a neighbour in interop scenarios
lab    | bgpdump               | reads MRT files, to compare with
lab    | python3-yaml          | reads topologies in a scenario
lab    | iproute2              | addresses for interop runs and benchmarks
lab    | python3               | starts and stops the lab
clang  | clang-14              | builds with sanitizers and fuzzers
clang  | libclang-rt-14-dev    | their runtimes
format | clang-format          | the look of the sources
LIST
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# install_packages SET...: installs what is missing of these sets. Without root it only says so, and fails.
install_packages() {
  local missing=() set package why
  while IFS='|' read -r set package why; do
    set=${set// /} package=${package// /}
    [[ " $* " == *" $set "* && " ${missing[*]} " != *" $package "* ]] || continue
    is_installed "$package" && continue
    [ ${#missing[@]} -gt 0 ] || echo "dev: missing packages:"
    printf '  %-22s%s\n' "$package" "$why"
    missing+=("$package")
  done < <(packages)
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" -ne 0 ]; then
    echo "dev: only root can install them: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  without_services apt_install "${missing[@]}"
  keep_disabled "${missing[@]}"
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update </dev/null
  apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "$@" </dev/null
}

# Packages of daemons start them when they are installed. invoke-rc.d asks policy-rc.d first; 101 forbids it. A policy that
# is there already is put aside and comes back. In a subshell, so that the trap ends with it.
without_services() (
  policy=/usr/sbin/policy-rc.d aside=/usr/sbin/policy-rc.d.bellman-dev
  [ ! -e "$policy" ] || mv "$policy" "$aside"
  restore() {
    rm -f "$policy"
    [ ! -e "$aside" ] || mv "$aside" "$policy"
  }
  trap restore EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  "$@"
)

# The routing daemons that we just brought are for the lab: systemd shall not start them at the next boot either.
keep_disabled() {
  local package service
  command -v systemctl >/dev/null || return 0
  for package in "$@"; do
    case $package in
      bird2) service=bird ;;
      frr) service=frr ;;
      gobgpd) service=gobgpd ;;
      openbgpd) service=openbgpd ;;
      exabgp) service=exabgp ;;
      *) continue ;;
    esac
    systemctl --quiet disable "$service" 2>/dev/null || true
    echo "dev: the system service $service stays off; \`systemctl enable $service\` would change that"
  done
}
