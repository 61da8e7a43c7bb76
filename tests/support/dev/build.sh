# Configuring and building. Sourced by ./dev.

# A compiler process may take 1.3 GB (optimised, several files at once): as many as there are cores, and fewer where memory is
# short.
jobs_for_build() {
  local cores room
  cores=$(nproc)
  room=$(awk '/MemAvailable/ {print int($2 / 1400000)}' /proc/meminfo)
  ((room >= 1)) || room=1
  echo $((cores < room ? cores : room))
}

# ccache takes precompiled headers only if it may trust their dates.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}

# build PRESET [TARGET...]: into build/PRESET.
build() {
  local preset=$1
  shift
  echo "dev: building ${*:-everything} (build/$preset)"
  mkdir -p build
  if ! cmake --preset "$preset" >"build/$preset-configure.log" 2>&1 </dev/null; then
    cat "build/$preset-configure.log" >&2
    echo "dev: cmake --preset $preset failed" >&2
    exit 1
  fi
  # Without targets everything, and targets without --target would be files.
  if ! cmake --build "build/$preset" -j "$(jobs_for_build)" ${1:+--target "$@"} </dev/null; then
    echo "dev: the build in build/$preset failed" >&2
    exit 1
  fi
}

build_daemon() { build release bellmand bellmanctl "$@"; }
