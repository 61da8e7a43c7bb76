#include "actors/peer/secret_file.hpp"

#include <cerrno>
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

result<std::string, std::string> read_secret(const std::string& what, const std::string& path, std::size_t most) {
  const auto refuse = [&](const std::string& why) { return fail{"the " + what + " file " + path + " " + why}; };
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
  std::string text(most, '\0');
  const auto size = ::read(file.number, text.data(), text.size());
  if (size < 0)
    return refuse("cannot be read: " + reason());
  text.resize(static_cast<std::size_t>(size));
  return text;
}

} // namespace bellman::peer
