#include "cli/interrupts.hpp"

#include <atomic>
#include <csignal>

namespace bellman::cli {

namespace {
std::atomic<client::event_loop*> interrupted_loop = nullptr;
static_assert(std::atomic<client::event_loop*>::is_always_lock_free);
} // namespace

void arm_interrupts(client::event_loop& loop) {
  interrupted_loop = &loop;
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted_loop.load()->interrupt(); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

} // namespace bellman::cli
