#include "actors/daemon/process.hpp"

#include <gtest/gtest.h>

#include <sys/prctl.h>

#include <cstdlib>

namespace bellman {
namespace {

/// The process that a test ends with says it of itself.
[[noreturn]] void leave_with_dumpable() { std::_Exit(::prctl(PR_GET_DUMPABLE)); }

// Keys and tokens are in memory.
TEST(Process, MakesNoCoreDumpAndLetsNobodyLookIntoIt) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the search for leaks looks into it";
#endif
  EXPECT_EXIT(leave_with_dumpable(), testing::ExitedWithCode(1), "") << "nothing else does that";
  EXPECT_EXIT(
      {
        prepare_process();
        leave_with_dumpable();
      },
      testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace bellman
