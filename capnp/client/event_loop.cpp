#include "capnp/client/event_loop.hpp"

#include <kj/debug.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace bellman::client {

event_loop::event_loop() : own_{kj::setupAsyncIo()}, io_{&KJ_ASSERT_NONNULL(own_)} { begin(); }

event_loop::event_loop(kj::AsyncIoContext& io) : io_{&io} { begin(); }

event_loop::~event_loop() noexcept(false) = default;

void event_loop::begin() {
  int fd = -1;
  KJ_SYSCALL(fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  wake_fd_ = kj::AutoCloseFd{fd};
  wake_ = kj::heap<kj::UnixEventPort::FdObserver>(io_->unixEventPort, fd, kj::UnixEventPort::FdObserver::OBSERVE_READ);
}

void event_loop::interrupt() noexcept {
  interrupted_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd_.get(), &one, sizeof one); // full is as good
}

void event_loop::clear_interrupt() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(wake_fd_.get(), &count, sizeof count);
  interrupted_ = false;
}

outcome<done> event_loop::sleep(std::chrono::milliseconds time) {
  return wait(io_->provider->getTimer().afterDelay(time.count() * kj::MILLISECONDS), std::nullopt);
}

fault event_loop::fault_of(ending e) {
  if (e == ending::interrupt)
    return {"interrupted", "interrupted"};
  return {"timeout", "the daemon did not answer in time"};
}

fault event_loop::fault_of(const kj::Exception& e) {
  std::string text{e.getDescription().begin(), e.getDescription().size()};
  constexpr std::string_view remote = "remote exception: ";
  if (text.starts_with(remote))
    text.erase(0, remote.size());
  switch (e.getType()) {
  case kj::Exception::Type::DISCONNECTED: return {"disconnected", "the connection to the daemon was lost: " + text};
  case kj::Exception::Type::OVERLOADED: return {"busy", text};
  case kj::Exception::Type::UNIMPLEMENTED: return {"unsupported", "the daemon does not know this call: " + text};
  case kj::Exception::Type::FAILED: break;
  }
  return {"failed", text};
}

} // namespace bellman::client
