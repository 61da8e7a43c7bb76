#pragma once
// Options and arguments of commands as values: text that cannot be read is a usage error, said with the form that is
// expected. The type names are also what completion goes by ("NEIGHBOR", "PREFIX", "FILE", "a|b|c").

#include "capnp/client/neighbors.hpp"
#include "capnp/client/routes.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bellman::cli {

namespace type_name {
inline constexpr const char* neighbor = "NEIGHBOR";
inline constexpr const char* prefix = "PREFIX";
inline constexpr const char* file = "FILE";
inline constexpr const char* asn = "ASN";
inline constexpr const char* community = "COMMUNITY";
inline constexpr const char* large_community = "A:B:C";
inline constexpr const char* family = "ipv4|ipv6";
inline constexpr const char* number = "N";
inline constexpr const char* text = "TEXT";
inline constexpr const char* name = "NAME";
inline constexpr const char* on_off = "on|off";
} // namespace type_name

/// `parse` gives an optional of what `store` takes. The storage has to outlive the parsing.
template <class Parse, class Store>
CLI::Option* add_value(CLI::App& app, const std::string& names, const char* type, const std::string& help, Parse parse,
                       Store store) {
  return app
      .add_option(
          names,
          [parse, store, names, type](const CLI::results_t& given) {
            for (const auto& text : given) {
              auto value = parse(text);
              if (!value)
                throw CLI::ValidationError(names, "\"" + text + "\" is not " + type);
              store(std::move(*value));
            }
            return true;
          },
          help)
      ->type_name(type);
}

/// A `store` that sets a member.
template <class T>
auto into(T& member) {
  return [&member](auto value) { member = std::move(value); };
}

/// A `store` that adds to a list, or adds nothing: with "none" it is said to be empty.
template <class T>
auto onto_or_none(std::optional<std::vector<T>>& list) {
  return [&list](const std::optional<T>& value) {
    if (!list)
      list.emplace();
    if (value)
      list->push_back(*value);
  };
}

/// Takes any number of words.
inline CLI::Option* many(CLI::Option* o) {
  return o->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
}
/// May be given again; each adds one.
inline CLI::Option* repeated(CLI::Option* o) { return many(o)->allow_extra_args(false); }

std::optional<wire::family> parse_family(const std::string& text);
std::optional<bool> parse_on_off(const std::string& text);
std::optional<std::string> parse_text(const std::string& text);
std::optional<wire::ip_address> parse_address(const std::string& text);
/// An address, a link-local one with its interface ("fe80::1%eth0"), or an interface alone ("%eth0").
std::optional<wire::ip_address> parse_neighbor(const std::string& text);
/// "192.0.2.1" as a number; nothing for 0.0.0.0.
std::optional<std::uint32_t> parse_identifier(const std::string& text);
std::optional<wire::prefix> parse_prefix(const std::string& text);
/// "external", "internal": in place of a number.
std::optional<client::as_form> parse_as_form(const std::string& text);
std::optional<std::uint32_t> parse_count(const std::string& text);

/// The options that select routes, into `query`.
void add_query_options(CLI::App& app, client::route_query& query);
/// The options that say something about a neighbour.
void add_patch_options(CLI::App& app, client::neighbor_patch& patch);
/// The options of an injected route.
void add_attribute_options(CLI::App& app, wire::path_attributes& attributes);

} // namespace bellman::cli
