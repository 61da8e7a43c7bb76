#include "actors/daemon/process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace bellman {

namespace {

sigset_t waited_for() {
  sigset_t set;
  sigemptyset(&set);
  for (const int s : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&set, s);
  return set;
}

} // namespace

void prepare_process() {
  const auto set = waited_for();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
#ifndef __SANITIZE_ADDRESS__ // whose search for leaks is a debugger
  prctl(PR_SET_DUMPABLE, 0); // keys and tokens are in memory: no core dump, no debugger of the same user
#endif
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

int wait_for_signal() {
  const auto set = waited_for();
  for (int got = 0;;)
    if (sigwait(&set, &got) == 0)
      return got;
}

void raise_signal(int signal) { ::kill(::getpid(), signal); }

} // namespace bellman
