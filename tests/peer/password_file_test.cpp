#include "actors/peer/key_files.hpp"
#include "tests/support/secret_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include <sys/stat.h>

namespace bellman::peer {
namespace {

class PasswordFile : public testing::Test {
protected:
  std::string file(const std::string& content, ::mode_t mode = 0600) const {
    return secrets.write("key", content, mode);
  }
  /// What is wrong, without the file's name.
  std::string fault(const std::string& path) const {
    const auto key = read_password(path);
    const std::string start = "the password file " + path + " ";
    if (key || !key.error().starts_with(start))
      return key ? "" : "strange: " + key.error();
    return key.error().substr(start.size());
  }

  test::secret_folder secrets;
  const std::filesystem::path& folder = secrets.path();
};

TEST_F(PasswordFile, GivesItsFirstLine) {
  for (const auto* content : {"s3cret", "s3cret\n", "s3cret\r\n", "s3cret\nand more\n"})
    EXPECT_EQ(read_password(file(content)).value_or("-"), "s3cret") << content;
  EXPECT_EQ(read_password(file(" with blanks \n")).value_or("-"), " with blanks ");
  EXPECT_EQ(read_password(file("s3cret\n", 0640)).value_or("-"), "s3cret");
}

TEST_F(PasswordFile, HasOneToEightyOctets) {
  EXPECT_EQ(read_password(file(std::string(80, 'x') + "\r\n")).value_or("-"), std::string(80, 'x'));
  EXPECT_EQ(fault(file(std::string(81, 'x'))), "has more than 80 octets in its first line");
  EXPECT_EQ(fault(file(std::string(5000, 'x') + "\n")), "has more than 80 octets in its first line");
  EXPECT_EQ(fault(file("")), "has nothing in its first line");
  EXPECT_EQ(fault(file("\nsecret\n")), "has nothing in its first line");
}

TEST_F(PasswordFile, IsNobodyElses) {
  for (const ::mode_t mode : {0644u, 0604u, 0602u, 0620u, 0601u})
    EXPECT_EQ(fault(file("s3cret\n", mode)), "is open to other users: its mode has to be 0600 or 0640") << mode;
}

TEST_F(PasswordFile, BelongsToRootOrToUs) {
  const auto path = file("s3cret\n");
  if (::chown(path.c_str(), 54321, static_cast<::gid_t>(-1)) != 0)
    GTEST_SKIP() << "only root can give a file away";
  EXPECT_EQ(fault(path), "belongs to another user: its owner has to be root or the one that the daemon runs as");
}

TEST_F(PasswordFile, IsAFileThatIsThere) {
  EXPECT_EQ(fault(folder / "none"), "cannot be opened: No such file or directory");
  EXPECT_EQ(fault(folder), "is no regular file");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(fault(folder / "pipe"), "is no regular file");
}

} // namespace
} // namespace bellman::peer
