// The steps from one chain to the next, such that both ends can follow at different times:
//
//   1. new keys whose ids are free are added;
//   2. where a key takes over an id, one that stays is sent with meanwhile: the old holder of the id goes, the key
//   comes;
//   3. the first of the new chain is sent with, and what is left of the old one goes.
#include "actors/peer/ao_chain.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

namespace bellman::peer {

namespace {

constexpr std::string_view blanks = " \t";

/// Takes the next word, and the blanks before it.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const auto word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  return word;
}

std::optional<std::uint8_t> parse_id(std::string_view word) {
  std::uint8_t id = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  return error == std::errc{} && end == word.data() + word.size() ? std::optional{id} : std::nullopt;
}

std::optional<ao_algorithm> parse_algorithm(std::string_view word) {
  if (word == "hmac-sha-1-96")
    return ao_algorithm::hmac_sha_1_96;
  if (word == "aes-128-cmac-96")
    return ao_algorithm::aes_128_cmac_96;
  return std::nullopt;
}

result<ao_key, std::string> parse_key(std::string_view line) {
  const auto send = parse_id(next_word(line)), receive = parse_id(next_word(line));
  if (!send || !receive)
    return fail{std::string{"a key begins with its send id and its receive id, 0 to 255 each"}};
  const auto algorithm = parse_algorithm(next_word(line));
  if (!algorithm)
    return fail{std::string{"the algorithm, third in the line, is hmac-sha-1-96 or aes-128-cmac-96"}};
  const auto secret = next_word(line);
  if (secret.empty())
    return fail{std::string{"the key is missing, fourth in the line"}};
  if (!next_word(line).empty())
    return fail{std::string{"a key has no blanks in it, and nothing stands behind it"}};
  if (secret.size() > longest_secret)
    return fail{"the key has more than " + std::to_string(longest_secret) + " octets"};
  return ao_key{*send, *receive, *algorithm, std::string{secret}};
}

bool share_an_id(const ao_key& a, const ao_key& b) noexcept {
  return a.send_id == b.send_id || a.receive_id == b.receive_id;
}
bool has(const ao_chain& chain, const ao_key& key) { return std::ranges::find(chain, key) != chain.end(); }
bool has_id_of(const ao_chain& chain, const ao_key& key) {
  return std::ranges::any_of(chain, [&](const ao_key& k) { return share_an_id(k, key); });
}
ao_chain without(const ao_chain& all, const ao_chain& those) {
  ao_chain rest;
  std::ranges::copy_if(all, std::back_inserter(rest), [&](const ao_key& k) { return !has(those, k); });
  return rest;
}

} // namespace

result<ao_chain, ao_fault> parse_ao_chain(std::string_view text) {
  ao_chain chain;
  std::vector<std::size_t> lines; // of each key
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    auto rest = line;
    if (const auto first = next_word(rest); first.empty() || first.starts_with('#'))
      continue;
    auto key = parse_key(line);
    if (!key)
      return fail{ao_fault{number, key.error()}};
    for (std::size_t i = 0; i < chain.size(); ++i)
      if (share_an_id(chain[i], *key))
        return fail{ao_fault{number, std::string{chain[i].send_id == key->send_id ? "the send id" : "the receive id"} +
                                         " is that of the key in line " + std::to_string(lines[i]) +
                                         " already (RFC 5925 §3.1)"}};
    if (chain.size() == most_ao_keys)
      return fail{ao_fault{number, "there are more than " + std::to_string(most_ao_keys) + " keys"}};
    chain.push_back(std::move(*key));
    lines.push_back(number);
  }
  if (chain.empty())
    return fail{ao_fault{0, "there is no key"}};
  return chain;
}

ao_plan plan_ao(const ao_chain& before, const ao_chain& after) {
  using kind = ao_step::kind;
  ao_plan plan;
  if (before == after)
    return plan;
  const auto gone = without(before, after), added = without(after, before);
  ao_chain at_once, waiting, in_the_way;
  for (const auto& key : added)
    (has_id_of(gone, key) ? waiting : at_once).push_back(key);
  for (const auto& key : gone)
    if (has_id_of(waiting, key))
      in_the_way.push_back(key);

  for (const auto& key : at_once) // 1.
    plan.steps.push_back({kind::add, key});

  // One that both ends have already is the better bridge.
  const auto kept = without(after, added);
  const auto* bridge = !kept.empty() ? &kept.front() : !at_once.empty() ? &at_once.front() : nullptr;
  plan.resets = bridge == nullptr && !before.empty();
  const bool crosses = !waiting.empty() && bridge != nullptr;
  if (crosses) // 2.
    plan.steps.push_back({kind::prefer, *bridge});
  for (const auto& key : in_the_way)
    plan.steps.push_back({kind::remove, key});
  for (const auto& key : waiting)
    plan.steps.push_back({kind::add, key});

  if (!after.empty() && !(crosses && *bridge == after.front())) // 3.
    plan.steps.push_back({kind::prefer, after.front()});
  for (const auto& key : without(gone, in_the_way))
    plan.steps.push_back({kind::remove, key});
  return plan;
}

} // namespace bellman::peer
