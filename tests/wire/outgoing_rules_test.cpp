// What a session's form does to AS numbers and communities besides the usual (RFC 6996, RFC 7705, RFC 8326).
#include "wire/bgp/outgoing.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;
using enum segment_type;

path_attributes ruled(const path_attributes& a, const outbound_form& form) {
  bytes canonical;
  encode_canonical(a, ipv4_unicast, canonical);
  outbound_attributes out;
  apply_form(canonical, ipv4_unicast, form, out);
  const auto got = decode(update_body(out.block, nlri_198_51_100_0), {.kind = form.kind});
  EXPECT_EQ(got.worst, severity::none);
  return got.attributes;
}

std::string ruled_path(const as_path& path, const outbound_form& form) {
  return to_string(*ruled(plain(path), form).as_path);
}

TEST(PrivateAs, AreThoseOfRfc6996) {
  for (const std::uint32_t asn : {64512u, 65534u, 4200000000u, 4294967294u})
    EXPECT_TRUE(is_private_as(asn)) << asn;
  for (const std::uint32_t asn : {0u, 64511u, 65535u, 65536u, 4199999999u, 4294967295u})
    EXPECT_FALSE(is_private_as(asn)) << asn;
}

TEST(PrivateAs, LeavePathsAsTheModeSays) {
  const as_path mixed{{{as_sequence, {64512, 4200000001, 3356, 65534}}}};
  const as_path only{{{as_sequence, {64512, 65000}}}};
  const as_path set_first{{{as_set, {64512, 64513}}, {as_sequence, {64514, 3356}}}};
  const as_path set_last{{{as_sequence, {3356}}, {as_set, {64512, 174}}}};
  const as_path none{{{as_sequence, {3356, 174}}}};
  struct {
    private_as mode;
    const char *mixed, *only, *set_first, *set_last;
  } const rows[]{
      {private_as::keep, "64496 64512 4200000001 3356 65534", "64496 64512 65000", "64496 {64512 64513} 64514 3356",
       "64496 3356 {64512 174}"},
      {private_as::leading, "64496 3356 65534", "64496", "64496 3356", "64496 3356 {64512 174}"},
      {private_as::all, "64496 3356", "64496", "64496 3356", "64496 3356 {174}"},
      {private_as::replace, "64496 64496 64496 3356 64496", "64496 64496 64496", "64496 {64496 64496} 64496 3356",
       "64496 3356 {64496 174}"},
  };
  for (const auto& r : rows) {
    outbound_form form{.prepend_as = 64496};
    form.remove_private = r.mode;
    EXPECT_EQ(ruled_path(mixed, form), r.mixed);
    EXPECT_EQ(ruled_path(only, form), r.only);
    EXPECT_EQ(ruled_path(set_first, form), r.set_first);
    EXPECT_EQ(ruled_path(set_last, form), r.set_last);
    EXPECT_EQ(ruled_path(none, form), "64496 3356 174");
    EXPECT_EQ(ruled_path({}, form), "64496");
  }
}

// The neighbour has to find its own loops, and what our policy put in front was meant.
TEST(PrivateAs, OfTheNeighbourAndOursStay) {
  outbound_form form{.prepend_as = 65000};
  form.spared_as = 64999;
  const as_path path{{{as_sequence, {65000, 64999, 64512, 64998}}}};
  form.remove_private = private_as::all;
  EXPECT_EQ(ruled_path(path, form), "65000 65000 64999");
  form.remove_private = private_as::replace;
  EXPECT_EQ(ruled_path(path, form), "65000 65000 64999 65000 65000");
  form.remove_private = private_as::leading;
  EXPECT_EQ(ruled_path(path, form), "65000 65000 64999 64512 64998") << "they end what stands in front";
}

TEST(AsOverride, PutsOursInPlaceOfTheNeighbours) {
  outbound_form form{.prepend_as = 64496};
  form.override_as = 64999;
  EXPECT_EQ(ruled_path({{{as_sequence, {64999, 3356, 64999}}, {as_set, {64999, 1}}}}, form),
            "64496 64496 3356 64496 {64496 1}");
  EXPECT_EQ(ruled_path({{{as_sequence, {3356}}}}, form), "64496 3356");
  form.remove_private = private_as::all;
  form.spared_as = 64999;
  EXPECT_EQ(ruled_path({{{as_sequence, {64512, 64999}}}}, form), "64496 64496") << "what removal spares is overridden";
}

// RFC 7705 §3.3
TEST(LocalAs, StandsInFrontOfTheSpeakersOwn) {
  outbound_form form{.prepend_as = 64510};
  form.second_as = 64500;
  EXPECT_EQ(ruled_path({}, form), "64510 64500");
  EXPECT_EQ(ruled_path({{{as_sequence, {1, 2}}}}, form), "64510 64500 1 2");
  EXPECT_EQ(ruled_path({{{as_set, {1, 2}}}}, form), "64510 64500 {1 2}");
  for (const std::size_t count : {253u, 254u, 255u}) {
    const auto got = ruled(plain({{{as_sequence, std::vector<std::uint32_t>(count, 7)}}}), form);
    EXPECT_EQ(got.as_path->length(), count + 2);
    EXPECT_EQ(got.as_path->segments.size(), count == 253 ? 1u : 2u);
  }
}

// RFC 8326 §4.2
TEST(GracefulShutdownCommunity, IsAddedInItsPlaceAndOnce) {
  outbound_form form{.prepend_as = 64496};
  auto a = plain();
  a.communities = {0x10000, well_known::no_export};
  EXPECT_EQ(ruled(a, form).communities, a.communities);
  form.graceful_shutdown = true;
  using list = std::vector<std::uint32_t>;
  EXPECT_EQ(ruled(plain(), form).communities, list{well_known::graceful_shutdown});
  EXPECT_EQ(ruled(a, form).communities, (list{0x10000, well_known::graceful_shutdown, well_known::no_export}));
  a.communities = {0x10000, well_known::graceful_shutdown};
  EXPECT_EQ(ruled(a, form).communities, a.communities);
  a.communities = {0x10000};
  a.large_communities = {{1, 2, 3}};
  a.aggregator = aggregator{1, 2};
  const auto got = ruled(a, form);
  EXPECT_EQ(got.communities, (list{0x10000, well_known::graceful_shutdown}));
  EXPECT_EQ(got.large_communities, a.large_communities);
  EXPECT_EQ(got.aggregator, a.aggregator);
}

} // namespace
} // namespace bellman::wire
