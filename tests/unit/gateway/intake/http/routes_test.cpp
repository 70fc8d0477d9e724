#include "gateway/intake/http/routes.h"

#include <gtest/gtest.h>

#include "gateway/intake/http/long_polls.h"

namespace yht::http {
namespace {

using base::ErrorCode;
using enum RouteListener;

RouteMatch find(RouteListener listener, const char* method, const char* path) {
    return *findRoute(routeTable(), listener, method, path);
}

TEST(RoutesTest, APathFindsItsRowAndItsParameters) {
    const auto match = find(Partner, "GET", "/v1/tickets/430200-20190418-0000123-7");
    ASSERT_NE(match.route, nullptr);
    EXPECT_STREQ(match.route->path, "/v1/tickets/{ticket_no}");
    EXPECT_EQ(match.parameters.at("ticket_no"), "430200-20190418-0000123-7");
}

TEST(RoutesTest, ParametersAreDecodedAfterTheSplit) {
    EXPECT_EQ(find(Partner, "GET", "/v1/codes/a%2Fb").parameters.at("list"), "a/b");
    EXPECT_EQ(
        findRoute(routeTable(), Partner, "GET", "/v1/codes/%ff").error().code,
        ErrorCode::RequestMalformed
    );
}

TEST(RoutesTest, AlmostAPathIsNone) {
    for (const char* path :
         {"/", "/v1", "/v1/tickets/", "/v1/tickets/a/b", "/v1/records/", "//v1/records",
          "/V1/records"}) {
        const auto match = find(Partner, "GET", path);
        EXPECT_EQ(match.route, nullptr) << path;
        EXPECT_EQ(match.allow, "") << path;
    }
}

TEST(RoutesTest, AnotherMethodNamesThoseAllowed) {
    EXPECT_EQ(find(Partner, "DELETE", "/v1/records").allow, "POST");
    EXPECT_EQ(find(Partner, "POST", "/v1/changes").allow, "GET");
}

TEST(RoutesTest, AListenersPathsAreNotTheOthers) {
    EXPECT_EQ(find(Admin, "POST", "/v1/records").route, nullptr);
    EXPECT_EQ(find(Partner, "GET", "/metrics").route, nullptr);
}

TEST(RoutesTest, EveryPostOnThePartnerListenerIsSignedAndBounded) {
    for (const auto& route : routeTable()) {
        if (route.listener != Partner || std::string_view(route.method) != "POST") continue;
        EXPECT_EQ(route.signature, Signature::Required) << route.path;
        // The room that takes a streamed body bounds it.
        EXPECT_TRUE(route.body == Body::Streamed || route.body_bytes_max > 0) << route.path;
        EXPECT_NE(route.rights, 0U) << route.path;
    }
}

TEST(RoutesTest, AnyOneOfTheNamedRightsIsEnough) {
    trust::Partner partner;
    partner.grants = {{.right = trust::Right::ReadUnit, .scope = "4302"}};
    EXPECT_TRUE(hasAnyOf(partner, anyOf(trust::Right::ReadOwn, trust::Right::ReadUnit)));
    EXPECT_FALSE(hasAnyOf(partner, anyOf(trust::Right::ReadOwn)));
    EXPECT_TRUE(hasAnyOf(partner, anyOf()));
}

TEST(QueryTest, ParametersAreDecoded) {
    const auto query = *parseQuery("source=a%20b&ticket_ref=%E4%B8%80+1&empty=&flag");
    EXPECT_EQ(query.at("source"), "a b");
    EXPECT_EQ(query.at("ticket_ref"), "一 1");
    EXPECT_EQ(query.at("empty"), "");
    EXPECT_EQ(query.at("flag"), "");
}

TEST(QueryTest, AmbiguousOnesAreRefused) {
    std::string many;
    for (std::size_t i = 0; i <= kQueryParametersMax; ++i) many += "a" + std::to_string(i) + "=1&";
    for (const std::string& text :
         {std::string("a=1&a=2"), std::string("a=%zz"), std::string("a=%ff"), many}) {
        EXPECT_EQ(parseQuery(text).error().code, ErrorCode::ParameterInvalid) << text;
    }
}

TEST(LongPollsTest, APartnerWaitsOnceAndAQuarterInAll) {
    LongPolls polls(8);
    {
        const LongPolls::Place first(polls, "p1");
        EXPECT_EQ(first.verdict(), LongPolls::Verdict::Granted);
        EXPECT_EQ(LongPolls::Place(polls, "p1").verdict(), LongPolls::Verdict::PartnerWaits);
        const LongPolls::Place second(polls, "p2");
        EXPECT_EQ(second.verdict(), LongPolls::Verdict::Granted);
        EXPECT_EQ(LongPolls::Place(polls, "p3").verdict(), LongPolls::Verdict::AllTaken);
        EXPECT_EQ(polls.count(), 2U);
    }
    EXPECT_EQ(LongPolls::Place(polls, "p1").verdict(), LongPolls::Verdict::Granted);
}

}  // namespace
}  // namespace yht::http
