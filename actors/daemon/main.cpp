// bellmand: reads its configuration, starts the supervision tree, and waits for signals.
#include "actors/daemon/daemon.hpp"
#include "actors/daemon/logging.hpp"
#include "actors/daemon/options.hpp"
#include "actors/daemon/process.hpp"
#include "configs/config.hpp"

#include <cstdio>

#ifdef BELLMAN_JEMALLOC
// Memory that is not needed any more goes back soon, and a background thread does that work: in little steps over this
// time, so a daemon that has nothing more to do is idle that much later.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "background_thread:true,dirty_decay_ms:200,muzzy_decay_ms:0";
}
#endif

int main(int argc, char** argv) {
  using namespace bellman;
  int exit_code = 0;
  const auto options = read_options(argc, argv, exit_code);
  if (!options)
    return exit_code;

  const auto config = configs::load(options->config);
  if (!config) {
    std::fputs(configs::render(config.error()).c_str(), stderr);
    return 1;
  }
  std::fputs(configs::render(config->warnings).c_str(), stderr);
  if (options->check) {
    std::printf("%s: no errors\n", options->config.c_str());
    return 0;
  }

  prepare_process();
  if (const auto trouble = set_up_logging(config->logging)) {
    std::fprintf(stderr, "bellmand: %s\n", trouble->c_str());
    return 1;
  }
  bellman::daemon bellmand{*config, options->config};
  if (const auto trouble = bellmand.start()) {
    std::fprintf(stderr, "bellmand: %s\n", trouble->c_str());
    return 1;
  }
  return bellmand.run();
}
