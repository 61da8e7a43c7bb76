// Files that are not as they should be, and a process that is killed while it writes.

#include "tests/ledger/lab.hpp"

#include "actors/ledger/statement.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

namespace bellman::ledger {
namespace {

std::string trouble_with(const std::string& path) {
  const auto s = store::open(path);
  return s ? std::string{"nothing"} : s.error().text;
}

TEST(StoreFile, IsRefusedWhenANewerVersionWroteIt) {
  const scratch_folder folder;
  write(*opened(folder.file()), "a", "1", {{host(1), 0, false}});
  database{folder.file()}.run("PRAGMA user_version = 3");
  EXPECT_EQ(trouble_with(folder.file()), "the store was written by a newer version (schema 3, this version knows 2)");
  EXPECT_EQ(check_store(folder.file()),
            folder.file() + ": the store was written by a newer version (schema 3, this version knows 2)");
  database{folder.file()}.run("PRAGMA user_version = 2"); // it was not touched
  EXPECT_EQ(listing(*opened(folder.file())).size(), 1u);
}

TEST(StoreFile, IsRefusedWhenItBelongsToAnotherProgram) {
  const scratch_folder folder;
  database{folder.file()}.run("CREATE TABLE precious(x)");
  EXPECT_EQ(trouble_with(folder.file()), "this is the database of another program");
}

TEST(StoreFile, IsRefusedWhenItIsNoDatabase) {
  const scratch_folder folder;
  std::ofstream{folder.file()} << std::string(5000, 'x');
  EXPECT_EQ(trouble_with(folder.file()), "the file is no database");
}

TEST(StoreFile, IsRefusedWhenDamaged) {
  const scratch_folder folder;
  {
    const auto s = opened(folder.file());
    std::vector<edit> edits;
    for (std::uint32_t i = 0; i < 5000; ++i)
      edits.push_back({host(i), 0, false});
    write(*s, "a", "1", edits);
  }
  EXPECT_EQ(check_store(folder.file()), std::nullopt);
  {
    std::fstream file{folder.file(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096 * 12);
    file << std::string(8192, '\x7f');
  }
  const auto found = check_store(folder.file());
  ASSERT_TRUE(found);
  EXPECT_NE(found->find("the store is damaged"), std::string::npos) << *found;
}

TEST(StoreFile, IsRefusedWhenItsAttributesAreNotWhatWasWritten) {
  const scratch_folder folder;
  write(*opened(folder.file()), "a", "1", {{host(1), 0, false}});
  database{folder.file()}.run("UPDATE attribute_sets SET canonical = x'40010500'");
  const auto page = opened(folder.file())->routes({});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().kind, fault::kind::corrupt);
}

TEST(StoreFile, IsRefusedWhileAnotherHasIt) {
  const scratch_folder folder;
  const auto first = opened(folder.file());
  EXPECT_EQ(trouble_with(folder.file()), "another process uses the store");
}

TEST(StoreFile, IsRefusedWhereItCannotBeWritten) {
  const scratch_folder folder;
  write(*opened(folder.file()), "a", "1", {{host(1), 0, false}});
  ASSERT_EQ(chmod(folder.file().c_str(), 0444), 0);
  ASSERT_EQ(chmod(folder.path().c_str(), 0555), 0);
  const bool as_root = geteuid() == 0; // for whom every file can be written
  ASSERT_EQ(as_root ? seteuid(65534) : 0, 0);
  const auto said = trouble_with(folder.file());
  ASSERT_EQ(as_root ? seteuid(0) : 0, 0);
  chmod(folder.path().c_str(), 0755);
  EXPECT_EQ(said, "the store cannot be written: the file cannot be written");
}

TEST(StoreFile, IsRefusedWhereThereIsNoFolder) {
  EXPECT_EQ(trouble_with("/nowhere/at/all.sqlite"), "the store cannot be opened: unable to open database file");
}

/// Commits until it is killed; writes the number of each commit to the pipe once it is acknowledged.
[[noreturn]] void write_for_ever(const std::string& path, int pipe) {
  auto s = store::open(path);
  if (!s)
    _exit(1);
  for (std::uint32_t n = 0; n < 1000000; ++n) {
    const std::vector<wire::path_attributes> sets{with_med(n)};
    const std::vector<edit> edits{{host(n), 0, false}, {host(1u << 20 | n), 0, false}};
    if (!(*s)->commit({"a", std::to_string(n), sets, edits, 0}))
      _exit(2);
    if (::write(pipe, &n, sizeof n) != static_cast<ssize_t>(sizeof n))
      _exit(3);
  }
  _exit(4);
}

TEST(StoreFile, HasEverythingThatWasAcknowledgedBeforeAKill) {
  const scratch_folder folder;
  for (const std::uint32_t kill_after : {1u, 37u, 200u}) {
    const auto path = folder.file(std::to_string(kill_after).c_str());
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const auto child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      write_for_ever(path, ends[1]);
    }
    close(ends[1]);
    std::uint32_t acknowledged = 0, n = 0;
    while (read(ends[0], &n, sizeof n) == static_cast<ssize_t>(sizeof n)) {
      acknowledged = n + 1;
      if (acknowledged == kill_after)
        kill(child, SIGKILL);
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    ASSERT_GE(acknowledged, kill_after);

    const auto s = opened(path);
    const auto found = listing(*s).size();
    EXPECT_GE(found, 2 * acknowledged);
    EXPECT_LE(found, 2 * acknowledged + 2); // one more may have been on its way
    EXPECT_EQ(found % 2, 0u);               // all or nothing
    for (std::uint32_t i = 0; i < acknowledged; ++i)
      ASSERT_TRUE(write(*s, "a", std::to_string(i), {}).repeated) << i;
  }
}

} // namespace
} // namespace bellman::ledger
