// The arithmetic of as_path (see path_attributes.hpp).
#include "wire/bgp/path_attributes.hpp"

#include <algorithm>

namespace bellman::wire {

namespace {

bool is_confed(const as_segment& s) noexcept {
  return s.type == segment_type::confed_sequence || s.type == segment_type::confed_set;
}

} // namespace

std::uint32_t as_path::length() const noexcept {
  std::size_t count = 0;
  for (const auto& s : segments) {
    if (s.type == segment_type::as_sequence) {
      count += s.asns.size();
    } else if (s.type == segment_type::as_set) {
      ++count;
    }
  }
  return static_cast<std::uint32_t>(count);
}

bool as_path::contains(std::uint32_t asn) const noexcept {
  return std::ranges::any_of(segments,
                             [&](const as_segment& s) { return std::ranges::find(s.asns, asn) != s.asns.end(); });
}

std::uint32_t as_path::first() const noexcept {
  const auto s = std::ranges::find_if_not(segments, is_confed);
  return s != segments.end() && s->type == segment_type::as_sequence && !s->asns.empty() ? s->asns.front() : 0;
}

std::uint32_t as_path::origin() const noexcept {
  if (segments.empty() || segments.back().type != segment_type::as_sequence || segments.back().asns.empty()) {
    return 0;
  }
  return segments.back().asns.back();
}

void as_path::prepend(std::uint32_t asn, std::uint32_t times, segment_type type) {
  while (times != 0) {
    if (segments.empty() || segments.front().type != type || segments.front().asns.size() >= 255) {
      segments.insert(segments.begin(), as_segment{type, {}});
    }
    auto& front = segments.front().asns;
    const auto count = std::min<std::size_t>(times, 255 - front.size());
    front.insert(front.begin(), count, asn);
    times -= static_cast<std::uint32_t>(count);
  }
}

std::string to_string(const as_path& path) {
  std::string out;
  for (const auto& s : path.segments) {
    const auto brackets = s.type == segment_type::as_set            ? "{}"
                          : s.type == segment_type::confed_sequence ? "()"
                          : s.type == segment_type::confed_set      ? "[]"
                                                                    : "";
    if (!out.empty()) {
      out += ' ';
    }
    if (*brackets != '\0') {
      out += brackets[0];
    }
    for (std::size_t i = 0; i < s.asns.size(); ++i) {
      out += (i == 0 ? "" : " ") + std::to_string(s.asns[i]);
    }
    if (*brackets != '\0') {
      out += brackets[1];
    }
  }
  return out;
}

} // namespace bellman::wire
