// bellmanctl: the command line of bellmand, over its API only.

#include "cli/commands/commands.hpp"
#include "cli/interrupts.hpp"

#include <unistd.h>

#include <clocale>
#include <csignal>
#include <exception>

int main(int argc, char** argv) {
  using namespace bellman;
  std::setlocale(LC_ALL, "");
  std::signal(SIGPIPE, SIG_IGN); // a reader that went away is seen by the write
  cli::output out{STDOUT_FILENO}, err{STDERR_FILENO};
  try {
    client::event_loop loop;
    cli::arm_interrupts(loop);
    cli::context c{loop, out, err};
    return static_cast<int>(cli::run(c, {argv + 1, argv + argc}));
  } catch (const std::exception& e) {
    err << std::string{"bellmanctl: "} + e.what() + "\n";
    return static_cast<int>(cli::exit_code::refused);
  }
}
