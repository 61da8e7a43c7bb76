#include "actors/net/secret_file.hpp"

#include "actors/net/socket_options.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace bellman::net {

result<std::string, std::string> read_md5_key(const std::string& path) {
  const auto refuse = [&](const std::string& why) { return fail{"the password file " + path + " " + why}; };
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    return refuse("is no file"); // a pipe would keep whoever reads it waiting
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return refuse("cannot be opened: " + std::generic_category().message(errno != 0 ? errno : EIO));
  std::array<char, longest_md5_key + 2> text{}; // with "\r\n"; more than that is too long
  file.read(text.data(), text.size());
  std::string_view line{text.data(), static_cast<std::size_t>(file.gcount())};
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  if (line.empty())
    return refuse("has nothing in its first line");
  if (line.size() > longest_md5_key)
    return refuse("has more than " + std::to_string(longest_md5_key) + " octets in its first line");
  return std::string{line};
}

} // namespace bellman::net
