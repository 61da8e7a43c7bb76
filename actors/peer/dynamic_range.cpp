#include "actors/peer/dynamic_range.hpp"

#include <algorithm>
#include <charconv>

namespace bellman::peer {

namespace {

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{n} : std::nullopt;
}

/// Cuts off what stands before the first `mark`, or everything.
std::string_view cut(std::string_view& rest, char mark) {
  const auto end = rest.find(mark);
  const auto front = rest.substr(0, end);
  rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
  return front;
}

} // namespace

std::string to_string(const as_range& r) {
  return r.first == r.last ? std::to_string(r.first) : std::to_string(r.first) + "-" + std::to_string(r.last);
}

std::optional<as_range> parse_as_range(std::string_view text) {
  const bool two = text.find('-') != text.npos;
  const auto first = parse_number(cut(text, '-'));
  const auto last = two ? parse_number(text) : first;
  if (!first || !last || *first == 0 || *last < *first || *last == 0xFFFFFFFF) // RFC 7607, RFC 7300
    return std::nullopt;
  return as_range{*first, *last};
}

bool dynamic_range::lists(std::uint32_t asn) const noexcept {
  return std::ranges::any_of(remote_as, [&](const as_range& r) { return r.first <= asn && asn <= r.last; });
}

std::vector<expected_as> some_of(const dynamic_range& r) {
  if (r.remote_as_form != as_form::number)
    return {r.remote_as_form};
  std::vector<expected_as> out;
  for (const auto& a : r.remote_as)
    out.emplace_back(a.first);
  return out;
}

std::string fault_of(const dynamic_range& r) {
  if (r.group.empty())
    return "a range needs a group, which its neighbors have their settings from";
  if (r.remote_as_form != as_form::number && !r.remote_as.empty())
    return "a range has AS numbers, or takes external or internal ones: not both";
  if (r.remote_as_form == as_form::number && r.remote_as.empty())
    return "a range needs the AS numbers of its neighbors";
  for (const auto& a : r.remote_as)
    if (!parse_as_range(to_string(a)))
      return "there are no such AS numbers: " + to_string(a);
  if (r.limit == 0)
    return "the limit of a range is at least 1";
  return {};
}

std::string to_text(const dynamic_range& r) {
  std::string out = r.group + "\n" + std::to_string(r.limit);
  for (const auto& a : r.remote_as)
    out += " " + to_string(a);
  if (r.remote_as_form != as_form::number)
    out += " " + std::string{name_of(r.remote_as_form)};
  return out;
}

std::optional<dynamic_range> parse_dynamic_range(const wire::prefix& range, std::string_view text) {
  dynamic_range r;
  r.range = range;
  r.group = cut(text, '\n');
  const auto limit = parse_number(cut(text, ' '));
  if (!limit)
    return std::nullopt;
  r.limit = *limit;
  while (!text.empty()) {
    const auto word = cut(text, ' ');
    if (const auto form = parse_as_form(word)) {
      r.remote_as_form = *form;
      continue;
    }
    const auto one = parse_as_range(word);
    if (!one)
      return std::nullopt;
    r.remote_as.push_back(*one);
  }
  return fault_of(r).empty() ? std::optional{r} : std::nullopt;
}

} // namespace bellman::peer
