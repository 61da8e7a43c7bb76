#pragma once
// Reading a TOML table key by key: whoever reads asks for each key that the table may have; what is there but was not
// asked for is an unknown key. Inner header of this folder: only it and its users see toml11.

#include "configs/source.hpp"

#include <toml.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::configs {

/// Gathers problems with their places. Stops at a hundred: a file that is wrong in every line is wrong in one way.
class report {
public:
  explicit report(const source_text& source) : source_{source} {}

  void error(const toml::value& at, std::string what, std::string expected = {}, std::string hint = {});
  void warning(const toml::value& at, std::string what, std::string hint = {});
  /// About the name of a key; `value` is what stands behind it.
  void error_at_key(const std::string& key, const toml::value& value, std::string what, std::string hint = {});
  bool has_errors() const noexcept { return errors_ != 0; }
  std::uint32_t line_of(const toml::value& v) const { return static_cast<std::uint32_t>(v.location().line()); }
  const source_text& source() const noexcept { return source_; }
  /// In the order of the file.
  problems take();

private:
  void add(problem p);
  problem place(const toml::value& at) const;

  const source_text& source_;
  problems found_;
  std::size_t errors_ = 0, warnings_ = 0, left_out_ = 0;
};

/// "a string", "an array": what a value is, for people.
std::string kind_of(const toml::value& v);

/// The elements of an array, or the value itself where it is none.
std::vector<const toml::value*> one_or_many(const toml::value& v);

class table_reader {
public:
  /// `name` is how the table is called in problems: "[global]". A value that is no table is a problem, and then has no
  /// keys.
  table_reader(const toml::value& table, std::string name, report& out);

  /// The value of a key, null if it is not there. From now on the key is known.
  const toml::value* find(const std::string& key);
  /// The same; a missing key is a problem.
  const toml::value* require(const std::string& key);

  /// Each leaves `to` as it is where the key is missing or wrong; wrong is a problem.
  template <class Number>
  void number(const std::string& key, Number& to, std::int64_t min, std::int64_t max) {
    if (const auto* v = find(key))
      if (const auto n = as_number(key, *v, min, max))
        to = static_cast<Number>(*n);
  }
  /// `to` is a bool or a string, or an optional of it.
  template <class Flag>
  void boolean(const std::string& key, Flag& to) {
    if (const auto* v = find(key))
      if (const auto b = as_boolean(key, *v))
        to = *b;
  }
  template <class String>
  void text(const std::string& key, String& to) {
    if (const auto* v = find(key))
      if (auto s = as_text(key, *v))
        to = std::move(*s);
  }

  /// Reads with `parse` (string -> optional value).
  template <class T, class Parse>
  void parsed(const std::string& key, T& to, Parse parse, const std::string& expected, const std::string& hint = {}) {
    if (const auto* v = find(key))
      if (const auto s = as_text(key, *v))
        if (auto value = checked(*v, *s, parse, expected, hint))
          to = *value;
  }
  /// A list of such values, or one alone.
  template <class T, class Parse>
  bool list(const std::string& key, std::vector<T>& to, Parse parse, const std::string& expected) {
    const auto* v = find(key);
    if (v == nullptr)
      return false;
    to.clear();
    for (const auto* element : one_or_many(*v))
      if (const auto s = as_text(key, *element))
        if (auto value = checked(*element, *s, parse, expected, {}))
          to.push_back(*value);
    return true;
  }
  /// Reads a word that stands for a value.
  template <class To, class T>
  void word(const std::string& key, To& to, const std::vector<std::pair<std::string, T>>& words) {
    const auto* v = find(key);
    const auto s = v != nullptr ? as_text(key, *v) : std::nullopt;
    if (!s)
      return;
    std::vector<std::string> names;
    for (const auto& [name, value] : words) {
      if (name == *s) {
        to = value;
        return;
      }
      names.push_back(name);
    }
    wrong_word(*v, *s, names);
  }

  /// The tables of an array of tables ([[key]]).
  std::vector<const toml::value*> tables(const std::string& key);

  /// Call last: what nobody asked for is unknown.
  void finish();

  const toml::value& value() const noexcept { return table_; }
  const std::string& name() const noexcept { return name_; }
  report& out() noexcept { return out_; }

private:
  std::optional<std::int64_t> as_number(const std::string& key, const toml::value& v, std::int64_t min,
                                        std::int64_t max);
  std::optional<bool> as_boolean(const std::string& key, const toml::value& v);
  std::optional<std::string> as_text(const std::string& key, const toml::value& v);
  void wrong_word(const toml::value& v, const std::string& text, const std::vector<std::string>& words);

  template <class Parse>
  auto checked(const toml::value& v, const std::string& text, Parse parse, const std::string& expected,
               const std::string& hint) {
    auto value = parse(text);
    if (!value)
      out_.error(v, "`" + text + "` cannot be read", expected, hint);
    return value;
  }

  const toml::value& table_;
  std::string name_;
  report& out_;
  std::vector<std::string> known_;
};

} // namespace bellman::configs
