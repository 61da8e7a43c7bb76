#include "cli/load_file.hpp"

#include "cli/text.hpp"

#include <algorithm>
#include <vector>

namespace bellman::cli {

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view space = " \t\r\n";
  std::vector<std::string_view> words;
  for (auto at = line.find_first_not_of(space); at != std::string_view::npos && line[at] != '#';
       at = line.find_first_not_of(space, at)) {
    const auto end = std::min(line.find_first_of(space, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

template <class T>
void insert_sorted(std::vector<T>& list, T value) {
  const auto at = std::ranges::lower_bound(list, value);
  if (at == list.end() || *at != value)
    list.insert(at, value);
}

/// False if `value` is no value of `name`; nothing if there is no such name.
std::optional<bool> take(std::string_view name, std::string_view value, wire::path_attributes& a) {
  const auto keep = [](auto parsed, auto& to) {
    if (parsed)
      to = *parsed;
    return parsed.has_value();
  };
  const auto insert = [](auto parsed, auto& to) {
    if (parsed)
      insert_sorted(to, *parsed);
    return parsed.has_value();
  };
  if (name == "next-hop") {
    const auto address = wire::parse_ip(value);
    if (address)
      a.next_hop = wire::next_hop{*address, std::nullopt};
    return address.has_value();
  }
  if (name == "as-path")
    return keep(parse_as_path(value), a.as_path);
  if (name == "origin")
    return keep(parse_origin(value), a.origin);
  if (name == "med")
    return keep(parse_number(value), a.med);
  if (name == "local-pref")
    return keep(parse_number(value), a.local_pref);
  if (name == "community")
    return insert(parse_community(value), a.communities);
  if (name == "large-community")
    return insert(parse_large_community(value), a.large_communities);
  return std::nullopt;
}

} // namespace

result<std::optional<load_line>, std::string> parse_load_line(std::string_view line) {
  auto words = words_of(line);
  if (words.empty())
    return std::optional<load_line>{};
  load_line out;
  out.withdraw = words.front() == "withdraw";
  if (out.withdraw)
    words.erase(words.begin());
  const auto prefix = words.empty() ? std::nullopt : wire::parse_prefix(words.front());
  if (!prefix)
    return fail{words.empty() ? std::string{"a prefix is missing"} : "not a prefix: " + std::string{words.front()}};
  out.prefix = *prefix;
  if (out.withdraw && words.size() > 1)
    return fail{std::string{"withdraw takes a prefix only"}};
  for (std::size_t i = 1; i < words.size(); i += 2) {
    const std::string name{words[i]};
    if (i + 1 == words.size())
      return fail{"a value is missing behind " + name};
    const auto taken = take(name, words[i + 1], out.attributes);
    if (!taken)
      return fail{"unknown attribute: " + name};
    if (!*taken)
      return fail{"not a value of " + name + ": " + std::string{words[i + 1]}};
  }
  return std::optional{std::move(out)};
}

} // namespace bellman::cli
