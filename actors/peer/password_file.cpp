#include "actors/peer/password_file.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bellman::peer {

namespace {

struct descriptor {
  explicit descriptor(const char* path) : number{::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)} {}
  ~descriptor() {
    if (number >= 0)
      ::close(number);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  const int number;
};

std::string reason() { return std::generic_category().message(errno); }

} // namespace

result<std::string, std::string> read_password(const std::string& path) {
  const auto refuse = [&](const std::string& why) { return fail{"the password file " + path + " " + why}; };
  const descriptor file{path.c_str()};
  struct stat about {};
  if (file.number < 0 || ::fstat(file.number, &about) != 0)
    return refuse("cannot be opened: " + reason());
  if (!S_ISREG(about.st_mode))
    return refuse("is no regular file"); // a pipe would keep whoever reads it waiting
  if (about.st_uid != 0 && about.st_uid != ::geteuid())
    return refuse("belongs to another user: its owner has to be root or the one that the daemon runs as");
  if ((about.st_mode & (S_IRWXO | S_IWGRP)) != 0)
    return refuse("is open to other users: its mode has to be 0600 or 0640");
  std::array<char, longest_password + 2> text{}; // with "\r\n"; more than that is too long
  const auto size = ::read(file.number, text.data(), text.size());
  if (size < 0)
    return refuse("cannot be read: " + reason());
  std::string_view line{text.data(), static_cast<std::size_t>(size)};
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  if (line.empty())
    return refuse("has nothing in its first line");
  if (line.size() > longest_password)
    return refuse("has more than " + std::to_string(longest_password) + " octets in its first line");
  return std::string{line};
}

} // namespace bellman::peer
