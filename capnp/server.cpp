// The thread is the owner of everything that KJ has to do with; start() and stop() only wait for it.

#include "capnp/server.hpp"

#include "capnp/connections.hpp"
#include "capnp/context.hpp"
#include "capnp/doorway.hpp"

#include <kj/async-io.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <optional>
#include <thread>

namespace bellman::api {

namespace {

/// What start() waits for.
struct opened {
  std::optional<std::string> trouble;
  std::vector<std::uint16_t> ports;
};

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address.starts_with("[::1]:"); }

void listen_tcp(kj::AsyncIoContext& io, connections& clients, const std::string& address, opened& out) {
  auto parsed = io.provider->getNetwork().parseAddress(address).wait(io.waitScope);
  auto receiver = parsed->listen();
  out.ports.push_back(static_cast<std::uint16_t>(receiver->getPort()));
  clients.listen(kj::mv(receiver));
}

/// Removes the socket, if it is still the one that we made.
class socket_file {
public:
  explicit socket_file(std::string path) : path_{std::move(path)} { known_ = ::lstat(path_.c_str(), &made_) == 0; }
  ~socket_file() {
    struct stat now {};
    if (known_ && ::lstat(path_.c_str(), &now) == 0 && now.st_ino == made_.st_ino && now.st_dev == made_.st_dev)
      ::unlink(path_.c_str());
  }
  socket_file(const socket_file&) = delete;
  socket_file& operator=(const socket_file&) = delete;

private:
  const std::string path_;
  struct stat made_ {};
  bool known_ = false;
};

} // namespace

struct api_server::running {
  std::thread thread;
  kj::Own<kj::CrossThreadPromiseFulfiller<void>> stop; ///< set by the thread before `ready`
  std::vector<std::uint16_t> ports;

  void run(server_settings settings, caf::actor_system& system, server_hooks hooks, int door,
           std::promise<opened>& ready) {
    // Before the event loop: calls that a client was waiting for go with the loop, and what they hold needs the
    // context.
    std::optional<server_context> context;
    auto io = kj::setupAsyncIo();
    using flags = kj::LowLevelAsyncIoProvider;
    auto unix_socket = io.lowLevelProvider->wrapListenSocketFd(door, flags::TAKE_OWNERSHIP | flags::ALREADY_CLOEXEC |
                                                                         flags::ALREADY_NONBLOCK);
    const socket_file file{settings.socket};
    context.emplace(std::move(settings), std::move(hooks), system, io.provider->getTimer());
    connections clients{*context};
    opened out;
    for (const auto& address : context->settings.listen) {
      KJ_IF_MAYBE (e, kj::runCatchingExceptions([&] { listen_tcp(io, clients, address, out); })) {
        out.trouble = "cannot listen on " + address + ": " + e->getDescription().cStr();
        ready.set_value(std::move(out));
        return;
      }
    }
    clients.listen(kj::mv(unix_socket));
    auto paf = kj::newPromiseAndCrossThreadFulfiller<void>();
    stop = kj::mv(paf.fulfiller);
    spdlog::info("api_listening socket={}", context->settings.socket);
    ready.set_value(std::move(out));
    paf.promise.wait(io.waitScope);
  }
};

api_server::api_server() = default;
api_server::~api_server() { stop(); }

std::optional<std::string> api_server::start(server_settings settings, caf::actor_system& system, server_hooks hooks) {
  if (running_)
    return "the API runs already";
  for (const auto& address : settings.listen)
    if (!is_loopback(address))
      return "the API listens on loopback addresses only, not on " + address;
  auto door = open_doorway(settings.socket, settings.mode);
  if (!door)
    return door.error();
  running_ = std::make_unique<running>();
  std::promise<opened> ready;
  running_->thread =
      std::thread{[&, settings = std::move(settings), hooks = std::move(hooks), fd = door->release()]() mutable {
        running_->run(std::move(settings), system, std::move(hooks), fd, ready);
      }};
  auto out = ready.get_future().get();
  if (out.trouble) {
    running_->thread.join();
    running_.reset();
  } else {
    running_->ports = std::move(out.ports);
  }
  return out.trouble;
}

void api_server::stop() {
  if (!running_)
    return;
  running_->stop->fulfill();
  running_->thread.join();
  running_.reset();
  spdlog::info("api_stopped");
}

std::vector<std::uint16_t> api_server::ports() const {
  return running_ ? running_->ports : std::vector<std::uint16_t>{};
}

} // namespace bellman::api
