#include "actors/peer/key_files.hpp"

#include "actors/peer/ao_chain.hpp"
#include "actors/peer/neighbor_settings.hpp"
#include "actors/peer/secret_file.hpp"

#include <string_view>
#include <utility>

namespace bellman::peer {

namespace {

constexpr std::size_t longest_chain_file = 65536; ///< in octets; room for many comments

} // namespace

key_files files_of(const neighbor_settings& s) { return {s.password_file, s.tcp_ao_file}; }
key_files files_of(const neighbor_patch& group) {
  return {group.password_file.value_or(""), group.tcp_ao_file.value_or("")};
}

result<std::string, std::string> read_password(const std::string& path) {
  const auto text = read_secret("password", path, longest_secret + 2); // with "\r\n"; more than that is too long
  if (!text)
    return fail{text.error()};
  const auto refuse = [&](const std::string& why) { return fail{"the password file " + path + " " + why}; };
  std::string_view line{*text};
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  if (line.empty())
    return refuse("has nothing in its first line");
  if (line.size() > longest_secret)
    return refuse("has more than " + std::to_string(longest_secret) + " octets in its first line");
  return std::string{line};
}

result<ao_chain, std::string> read_ao_chain(const std::string& path) {
  const auto text = read_secret("TCP-AO", path, longest_chain_file + 1);
  if (!text)
    return fail{text.error()};
  const auto name = "the TCP-AO file " + path;
  if (text->size() > longest_chain_file)
    return fail{name + " has more than " + std::to_string(longest_chain_file) + " octets"};
  auto chain = parse_ao_chain(*text);
  if (!chain) {
    const auto& wrong = chain.error();
    return fail{name + (wrong.line != 0 ? ", line " + std::to_string(wrong.line) : "") + ": " + wrong.what};
  }
  return std::move(*chain);
}

result<session_keys, std::string> read_keys(const key_files& files) {
  session_keys keys;
  if (files.any() && files.ao.empty()) {
    auto key = read_password(files.md5);
    if (!key)
      return fail{key.error()};
    keys.md5 = std::move(*key);
  } else if (files.any()) {
    auto chain = read_ao_chain(files.ao);
    if (!chain)
      return fail{chain.error()};
    keys.ao = std::move(*chain);
  }
  return keys;
}

} // namespace bellman::peer
