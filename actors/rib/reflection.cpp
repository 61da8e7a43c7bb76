#include "actors/rib/reflection.hpp"

#include "wire/bgp/attribute/cursor.hpp"

#include <utility>

namespace bellman::rib {

namespace {

using wire::attribute_type;

constexpr auto originator_id = static_cast<unsigned>(attribute_type::originator_id);
constexpr auto cluster_list = static_cast<unsigned>(attribute_type::cluster_list);

/// Copies canonical bytes; what reflection adds goes in at its place in their order.
class reflection_walk {
public:
  reflection_walk(std::uint32_t originator, const reflection_role& from) : originator_{originator}, from_{from} {}

  wire::bytes run(wire::bytes_view canonical) {
    out_.reserve(canonical.size() + 24);
    for (wire::attribute_cursor in{canonical}; in.next();) {
      put_due_below(in->type);
      if (in->type == cluster_list) {
        put_clusters(in->value);
      } else {
        originator_due_ = originator_due_ && in->type != originator_id;
        wire::put(out_, in->whole);
      }
    }
    put_due_below(256);
    return std::move(out_);
  }

private:
  void put_due_below(unsigned type) {
    if (type > originator_id && std::exchange(originator_due_, false)) {
      wire::put_attribute_header(out_, wire::attribute_flag::optional, originator_id, 4);
      wire::put_u32(out_, originator_);
    }
    if (type > cluster_list && clusters_due_)
      put_clusters({});
  }
  void put_clusters(wire::bytes_view received) {
    clusters_due_ = false;
    const bool both = from_.client && from_.cluster_id != from_.speaker_cluster;
    wire::put_attribute_header(out_, wire::attribute_flag::optional, cluster_list, received.size() + (both ? 8 : 4));
    wire::put_u32(out_, from_.speaker_cluster);
    if (both)
      wire::put_u32(out_, from_.cluster_id);
    wire::put(out_, received);
  }

  const std::uint32_t originator_;
  const reflection_role& from_;
  wire::bytes out_;
  bool originator_due_ = true, clusters_due_ = true;
};

} // namespace

attr_handle reflected(attribute_table& table, wire::bytes_view canonical, set_variant variant, std::uint32_t originator,
                      const reflection_role& from) {
  const auto bytes = reflection_walk{originator, from}.run(canonical);
  if (bytes.size() > 65535)
    return no_attributes; // no message could carry it
  return table.intern(bytes, static_cast<set_variant>(number(variant) | number(set_variant::reflected)));
}

} // namespace bellman::rib
