// The socket file: whose it may take away, and whose not.

#include "capnp/doorway.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace bellman::test {
namespace {

class Doorway : public ::testing::Test {
protected:
  Doorway() {
    char name_template[] = "/tmp/bellman-door-XXXXXX";
    folder = ::mkdtemp(name_template);
    path = folder / "door";
  }
  ~Doorway() override { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
  std::string path;
};

TEST_F(Doorway, ASocketThatNobodyAnswersOnIsReplaced) {
  { ASSERT_TRUE(api::open_doorway(path, 0660)); } // closed again: the file stays
  ASSERT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(api::open_doorway(path, 0660));
}

TEST_F(Doorway, ASocketThatSomebodyAnswersOnStays) {
  const auto first = api::open_doorway(path, 0660);
  ASSERT_TRUE(first);
  const auto second = api::open_doorway(path, 0660);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("in use"), std::string::npos) << second.error();
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(Doorway, AFileIsNeverTakenAway) {
  std::ofstream{path} << "precious";
  EXPECT_FALSE(api::open_doorway(path, 0660));
  EXPECT_EQ(std::filesystem::file_size(path), 8u);
}

TEST_F(Doorway, PermissionsAreThoseAskedForWhateverTheUmask) {
  const auto before = ::umask(0);
  const auto door = api::open_doorway(path, 0600);
  ::umask(before);
  ASSERT_TRUE(door);
  struct stat s {};
  ASSERT_EQ(::stat(path.c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777, 0600u);
}

TEST_F(Doorway, APathThatNoSocketCanHaveIsRefused) {
  EXPECT_FALSE(api::open_doorway("", 0660));
  EXPECT_FALSE(api::open_doorway(std::string(200, 'x'), 0660));
  EXPECT_FALSE(api::open_doorway(folder / "missing" / "door", 0660));
}

} // namespace
} // namespace bellman::test
