#include "actors/daemon/options.hpp"

#include "actors/daemon/version.hpp"

#include <CLI/CLI.hpp>

namespace bellman {

std::optional<options> read_options(int argc, char** argv, int& exit_code) {
  options o;
  CLI::App app{"bellmand: a BGP control plane that programs drive over Cap'n Proto"};
  app.add_option("-c,--config", o.config, "the TOML file to start from")->capture_default_str();
  app.add_flag("--check", o.check, "only check the file: print every problem, start nothing");
  app.set_version_flag("-V,--version", version_text());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    exit_code = app.exit(e) == 0 ? 0 : 2;
    return std::nullopt;
  }
  return o;
}

} // namespace bellman
