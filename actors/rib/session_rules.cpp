#include "actors/rib/session_rules.hpp"

#include "actors/rib/long_lived.hpp"

namespace bellman::rib {

namespace {

attr_handle intern(attribute_table& table, const wire::path_attributes& a, wire::family family, set_variant variant) {
  wire::bytes canonical;
  wire::encode_canonical(a, family, canonical);
  return table.intern(canonical, variant);
}

} // namespace

attr_handle before_import(attribute_table& table, attr_handle received, const import_rules& rules,
                          wire::family family) {
  const auto& set = table[received];
  const auto& summary = set.summary;
  auto a = wire::decode_canonical(set.canonical());
  if (rules.add_otc != 0 && !a.otc)
    a.otc = rules.add_otc;
  if (rules.prepend_as != 0) {
    if (!a.as_path)
      a.as_path.emplace();
    a.as_path->prepend(rules.prepend_as);
  }
  if (!a.local_pref && rules.local_pref != 100)
    a.local_pref = rules.local_pref;
  if (summary.blackhole && rules.blackhole == blackhole_rule::no_advertise)
    add_community(a, wire::well_known::no_advertise);
  else if (summary.blackhole && rules.blackhole == blackhole_rule::no_export && !summary.no_export &&
           !summary.no_advertise)
    add_community(a, wire::well_known::no_export);
  return intern(table, a, family, static_cast<set_variant>(set.variant));
}

attr_handle least_preferred(attribute_table& table, attr_handle accepted, wire::family family) {
  const auto& set = table[accepted];
  auto a = wire::decode_canonical(set.canonical());
  a.local_pref = 0;
  return intern(table, a, family, static_cast<set_variant>(set.variant));
}

} // namespace bellman::rib
