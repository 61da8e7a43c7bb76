#include "cli/output.hpp"

#include "cli/text.hpp"

#include <unistd.h>

#include <cerrno>

namespace bellman::cli {

namespace {
constexpr std::size_t enough = 1u << 16;
} // namespace

output& output::operator<<(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= enough)
    flush();
  return *this;
}

void output::flush() {
  std::string_view rest = buffer_;
  while (!closed_ && !rest.empty()) {
    const auto written = ::write(fd_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      closed_ = true;
      trouble_ = errno == EPIPE ? 0 : errno;
    }
  }
  buffer_.clear();
}

bool output::is_terminal() const noexcept { return ::isatty(fd_) == 1; }

void progress::show(std::uint64_t count) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (!wanted_ || now - last_ < 250ms)
    return;
  last_ = now;
  shown_ = true;
  to_ << "\r" + number_text(count) + " " + unit_ + "\x1b[K";
  to_.flush();
}

progress::~progress() {
  if (shown_) {
    to_ << "\r\x1b[K";
    to_.flush();
  }
}

} // namespace bellman::cli
