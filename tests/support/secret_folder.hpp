#pragma once
// A folder of a test's own for files with secrets; it goes with the test.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <sys/stat.h>

namespace bellman::test {

class secret_folder {
public:
  secret_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "bellman-secrets-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error{"no folder for secrets"};
    path_ = pattern;
  }
  ~secret_folder() { std::filesystem::remove_all(path_); }
  secret_folder(const secret_folder&) = delete;
  secret_folder& operator=(const secret_folder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  /// What stood in the file is gone. Answers its path.
  std::string write(const std::string& name, const std::string& content, ::mode_t mode = 0600) const {
    const auto file = path_ / name;
    std::ofstream{file, std::ios::binary | std::ios::trunc} << content;
    ::chmod(file.c_str(), mode);
    return file.string();
  }

private:
  std::filesystem::path path_;
};

} // namespace bellman::test
