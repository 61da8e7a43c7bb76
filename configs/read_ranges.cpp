// [[dynamic_neighbors]]: ranges of addresses whose callers become neighbours. A range is checked as its neighbours will
// be resolved, with the settings of its group.
#include "configs/sections.hpp"

#include "actors/peer/settings_check.hpp"

namespace bellman::configs {

namespace {

std::optional<peer::as_range> parse_asns(const toml::value& v) {
  if (v.is_integer()) {
    const auto n = v.as_integer(std::nothrow);
    return n < 1 || n > max_asn ? std::nullopt : peer::parse_as_range(std::to_string(n));
  }
  return v.is_string() ? peer::parse_as_range(v.as_string(std::nothrow).str) : std::nullopt;
}

void read_remote_as(table_reader& in, const peer::neighbor_patch* group, dynamic_neighbors& to) {
  const auto* v = in.find("remote_as");
  if (v == nullptr) {
    if (group != nullptr && group->remote_as && group->remote_as->form != peer::as_form::number)
      to.remote_as_form = group->remote_as->form;
    else if (group != nullptr && group->remote_as)
      to.remote_as = {{group->remote_as->number, group->remote_as->number}};
    else
      in.out().error(in.value(), "`remote_as` is missing in [[dynamic_neighbors]]", {}, "set it here or in the group");
    return;
  }
  if (const auto form = v->is_string() ? peer::parse_as_form(v->as_string(std::nothrow).str) : std::nullopt) {
    to.remote_as_form = *form;
    return;
  }
  for (const auto* one : one_or_many(*v))
    if (const auto r = parse_asns(*one))
      to.remote_as.push_back(*r);
    else
      in.out().error(*one, "`remote_as` is no AS number",
                     "1 to 4294967294, a range like \"64512-65534\", or alone \"external\" or \"internal\"");
  if (v->is_array() && v->as_array(std::nothrow).empty())
    in.out().error(*v, "`remote_as` is empty", "AS numbers, or ranges like \"64512-65534\"");
}

/// Some host of the range.
wire::ip_address somebody_in(const wire::prefix& range) {
  auto a = range.address;
  if (a.is_unspecified())
    a.octets[a.is_v4() ? 3 : 15] = 1;
  return !a.is_v4() && a.is_link_local() ? a.with_zone("any") : a;
}

void check(const dynamic_neighbors& made, const peer::neighbor_patch& group, const daemon& to, table_reader& in) {
  auto own = peer::neighbor_patch{};
  own.remote_as = peer::some_of(made).front();
  auto wrong = peer::mistake_of_range_group(group);
  if (!wrong)
    wrong = peer::mistake_in(peer::resolve(to.speaker(), somebody_in(made.range), made.group, &group, own));
  if (wrong)
    in.out().error(in.value(), "a neighbour of this range could not be: " + wrong->message);
  if (to.global.listen.empty())
    in.out().warning(in.value(), "this range waits for calls, but the daemon listens nowhere", "set global.listen");
}

void read_range(const toml::value& table, daemon& to, std::map<wire::prefix, std::uint32_t>& seen, report& out) {
  table_reader in{table, "[[dynamic_neighbors]]", out};
  dynamic_neighbors made;
  const auto* range = in.require("range");
  in.parsed("range", made.range, wire::parse_prefix, "a range of addresses like \"192.0.2.0/24\"");
  if (range != nullptr && range->is_string())
    if (const auto [first, added] = seen.emplace(made.range, out.line_of(*range)); !added)
      out.error(*range, "range `" + wire::to_string(made.range) + "` is already defined in line " +
                            std::to_string(first->second));
  const auto* group = in.require("group");
  in.text("group", made.group);
  const auto known = to.groups.find(made.group);
  if (group != nullptr && group->is_string() && known == to.groups.end()) {
    std::vector<std::string> names;
    for (const auto& [name, patch] : to.groups)
      names.push_back(name);
    out.error(*group, "there is no group `" + made.group + "`", {}, did_you_mean(made.group, names));
  }
  read_remote_as(in, known == to.groups.end() ? nullptr : &known->second, made);
  in.number("limit", made.limit, 1, 65535);
  in.finish();
  if (known != to.groups.end() && !peer::some_of(made).empty())
    check(made, known->second, to, in);
  to.dynamic_neighbors.push_back(std::move(made));
}

} // namespace

void read_ranges(table_reader& file, daemon& to) {
  std::map<wire::prefix, std::uint32_t> seen;
  for (const auto* table : file.tables("dynamic_neighbors"))
    read_range(*table, to, seen, file.out());
}

} // namespace bellman::configs
