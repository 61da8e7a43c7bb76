// Places are worked out only for what is wrong: toml11 counts lines from the start of the file each time it is asked.
// It keeps the place of values, not of keys; a key is found again in the line of its value.
#include "configs/reader.hpp"

#include <algorithm>

namespace bellman::configs {

namespace {

constexpr std::size_t most_problems = 100;

/// Where a key stands in the line of its value (TOML has both on one line), or the header's last part of that name.
std::size_t find_key(std::string_view line, const std::string& key, std::size_t before) {
  const auto is_part = [&](std::size_t i) {
    return i < line.size() && (std::isalnum(static_cast<unsigned char>(line[i])) || line[i] == '_' || line[i] == '-');
  };
  for (auto at = line.rfind(key, before); at != line.npos; at = at == 0 ? line.npos : line.rfind(key, at - 1))
    if (!is_part(at + key.size()) && (at == 0 || !is_part(at - 1)))
      return at;
  return line.npos;
}

} // namespace

problem report::place(const toml::value& at) const {
  problem p;
  const auto l = at.location();
  p.file = source_.filename();
  p.line = static_cast<std::uint32_t>(l.line());
  p.column = static_cast<std::uint32_t>(l.column());
  p.source = source_.line(p.line);
  const auto room = p.source.size() + 1 > p.column ? p.source.size() + 1 - p.column : 1;
  p.length = static_cast<std::uint32_t>(std::clamp<std::size_t>(l.region(), 1, std::max<std::size_t>(room, 1)));
  return p;
}

void report::error(const toml::value& at, std::string what, std::string expected, std::string hint) {
  if (errors_ + 1 > most_problems)
    return static_cast<void>(++left_out_);
  auto p = place(at);
  p.what = std::move(what);
  p.expected = std::move(expected);
  p.hint = std::move(hint);
  add(std::move(p));
}

void report::warning(const toml::value& at, std::string what, std::string hint) {
  if (++warnings_ > most_problems)
    return;
  auto p = place(at);
  p.kind = problem_kind::warning;
  p.what = std::move(what);
  p.hint = std::move(hint);
  add(std::move(p));
}

void report::error_at_key(const std::string& key, const toml::value& value, std::string what, std::string hint) {
  if (errors_ + 1 > most_problems)
    return static_cast<void>(++left_out_);
  auto p = place(value);
  // A table begins with its header, where the key may stand behind the start.
  const auto limit = value.is_table() ? p.source.npos : p.column - 1;
  if (const auto found = find_key(p.source, key, limit); found != p.source.npos) {
    p.column = static_cast<std::uint32_t>(found + 1);
    p.length = static_cast<std::uint32_t>(std::max<std::size_t>(key.size(), 1));
  }
  p.what = std::move(what);
  p.hint = std::move(hint);
  add(std::move(p));
}

void report::add(problem p) {
  errors_ += p.kind == problem_kind::error;
  found_.push_back(std::move(p));
}

problems report::take() {
  std::ranges::stable_sort(found_, {}, [](const problem& p) { return std::pair{p.line, p.column}; });
  if (left_out_ != 0)
    found_.push_back(source_.error(std::to_string(left_out_) + " more errors"));
  return std::move(found_);
}

std::string kind_of(const toml::value& v) {
  switch (v.type()) {
  case toml::value_t::boolean: return "a boolean";
  case toml::value_t::integer: return "an integer";
  case toml::value_t::floating: return "a floating point number";
  case toml::value_t::string: return "a string";
  case toml::value_t::array: return "an array";
  case toml::value_t::table: return "a table";
  case toml::value_t::empty: return "nothing";
  default: return "a date or time";
  }
}

std::vector<const toml::value*> one_or_many(const toml::value& v) {
  if (!v.is_array())
    return {&v};
  std::vector<const toml::value*> all;
  for (const auto& element : v.as_array(std::nothrow))
    all.push_back(&element);
  return all;
}

table_reader::table_reader(const toml::value& table, std::string name, report& out)
    : table_{table}, name_{std::move(name)}, out_{out} {
  if (!table.is_table())
    out_.error(table, name_ + " is " + kind_of(table), "a table");
}

const toml::value* table_reader::find(const std::string& key) {
  known_.push_back(key);
  if (!table_.is_table())
    return nullptr;
  const auto& members = table_.as_table(std::nothrow);
  const auto found = members.find(key);
  return found == members.end() ? nullptr : &found->second;
}

const toml::value* table_reader::require(const std::string& key) {
  const auto* found = find(key);
  if (found == nullptr && table_.is_table())
    out_.error(table_, "`" + key + "` is missing in " + name_);
  return found;
}

std::optional<std::int64_t> table_reader::as_number(const std::string& key, const toml::value& v, std::int64_t min,
                                                    std::int64_t max) {
  const auto expected = "an integer from " + std::to_string(min) + " to " + std::to_string(max);
  if (!v.is_integer()) {
    out_.error(v, "`" + key + "` is " + kind_of(v), expected);
    return std::nullopt;
  }
  const auto n = v.as_integer(std::nothrow);
  if (n < min || n > max) { // toml11 reads a literal beyond 64 bits as the largest number

    out_.error(v, "`" + key + "` is out of range", expected);
    return std::nullopt;
  }
  return n;
}

std::optional<std::string> table_reader::as_text(const std::string& key, const toml::value& v) {
  if (!v.is_string()) {
    out_.error(v, "`" + key + "` is " + kind_of(v), "a string");
    return std::nullopt;
  }
  const auto& s = v.as_string(std::nothrow).str;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(s, is_control)) {
    out_.error(v, "`" + key + "` has a control character in it", "text of one line");
    return std::nullopt;
  }
  return s;
}

std::optional<bool> table_reader::as_boolean(const std::string& key, const toml::value& v) {
  if (v.is_boolean())
    return v.as_boolean(std::nothrow);
  out_.error(v, "`" + key + "` is " + kind_of(v), "true or false");
  return std::nullopt;
}

void table_reader::wrong_word(const toml::value& v, const std::string& text, const std::vector<std::string>& words) {
  std::string expected;
  for (std::size_t i = 0; i < words.size(); ++i)
    expected += (i == 0 ? "\"" : i + 1 == words.size() ? " or \"" : ", \"") + words[i] + '"';
  out_.error(v, "`" + text + "` cannot be read", expected, did_you_mean(text, words));
}

std::vector<const toml::value*> table_reader::tables(const std::string& key) {
  const auto* v = find(key);
  if (v == nullptr)
    return {};
  if (v->is_array())
    return one_or_many(*v);
  out_.error(*v, "`" + key + "` is " + kind_of(*v), "an array of tables: [[" + key + "]]");
  return {};
}

void table_reader::finish() {
  if (!table_.is_table())
    return;
  for (const auto& [key, v] : table_.as_table(std::nothrow))
    if (std::ranges::find(known_, key) == known_.end())
      out_.error_at_key(key, v, "unknown key `" + key + "` in " + name_, did_you_mean(key, known_));
}

} // namespace bellman::configs
