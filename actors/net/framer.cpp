#include "actors/net/framer.hpp"

#include <cstring>

namespace bellman::net {

void framer::set_limit(std::uint16_t max_message) {
  limit_ = max_message;
  open_pending_ = waiting_ = false;
}

std::size_t framer::restore(std::uint8_t* front) noexcept {
  if (!held_.empty())
    std::memcpy(front, held_.data(), held_.size());
  return held_.size();
}

framer::cut framer::accept(wire::bytes_view filled) {
  cut out;
  while (!waiting_ && filled.size() - out.size >= wire::header_size) {
    const auto rest = filled.subspan(out.size);
    auto header = wire::decode_header(rest, limit_);
    if (!header) {
      out.fault = header.error();
      held_.clear();
      return out;
    }
    if (header->length > rest.size())
      break;
    out.size += header->length;
    ++out.messages[static_cast<std::size_t>(header->type)];
    waiting_ = open_pending_ && header->type == wire::message_type::open;
  }
  const auto tail = filled.subspan(out.size);
  held_.assign(tail.begin(), tail.end());
  return out;
}

} // namespace bellman::net
