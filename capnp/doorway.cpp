#include "capnp/doorway.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace bellman::api {

namespace {

std::string because(const std::string& what, const std::string& path) {
  return what + " " + path + ": " + std::generic_category().message(errno);
}

kj::AutoCloseFd new_socket() {
  return kj::AutoCloseFd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

/// Nothing if the path is free now; else why not.
std::string clear(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? std::string{} : because("cannot look at", path);
  if (!S_ISSOCK(status.st_mode))
    return path + " exists and is no socket";
  const auto probe = new_socket();
  // A full backlog (EAGAIN) is somebody, too.
  if (::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno != ECONNREFUSED)
    return path + " is in use: another daemon answers on it";
  return ::unlink(path.c_str()) == 0 ? std::string{} : because("cannot remove the old", path);
}

} // namespace

result<kj::AutoCloseFd, std::string> open_doorway(const std::string& path, std::uint32_t mode) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail{"the path of the socket has to have 1 to " + std::to_string(sizeof address.sun_path - 1) +
                " characters"};
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (auto why = clear(path, address); !why.empty())
    return fail{std::move(why)};
  auto fd = new_socket();
  if (fd.get() < 0)
    return fail{because("no socket for", path)};
  // Nobody can connect before listen(), so the permissions are right for everybody.
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail{because("cannot bind", path)};
  if (::chmod(path.c_str(), mode) != 0 || ::listen(fd, SOMAXCONN) != 0) {
    auto why = because("cannot listen on", path);
    ::unlink(path.c_str());
    return fail{std::move(why)};
  }
  return fd;
}

} // namespace bellman::api
