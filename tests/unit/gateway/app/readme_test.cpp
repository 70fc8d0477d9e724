// The operators' page names the keys that the readers take, neither more nor fewer, and its examples are read.
#include <filesystem>
#include <set>

#include "gateway/app/destinations.h"
#include "gateway/app/operators.h"
#include "gateway/app/store_destinations.h"
#include "gateway/delivery/routing.h"
#include "gateway/trust/partner.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using Keys = std::set<std::string>;

class ReadmeTest : public DeploymentFixture {
protected:
    const std::string page = read(std::string(YHT_SOURCE_DIR) + "/gateway/app/README.md");

    /// From that heading to the next.
    std::string section(const std::string& heading) const {
        const auto begin = page.find("\n" + heading + "\n");
        EXPECT_NE(std::string::npos, begin) << heading;
        if (begin == std::string::npos) return "";
        const auto end = page.find("\n#", begin + 2);
        return page.substr(begin, end == std::string::npos ? end : end - begin);
    }
    /// The first column of the section's table.
    Keys documented(const std::string& heading) const {
        const auto text = section(heading);
        Keys keys;
        for (std::size_t at = 0; (at = text.find("\n| `", at)) != std::string::npos; ++at) {
            const auto begin = at + 4;
            keys.insert(text.substr(begin, text.find('`', begin) - begin));
        }
        return keys;
    }
    std::string example(const std::string& heading) const {
        const std::string fence = "```yaml\n";
        const auto text = section(heading);
        const auto begin = text.find(fence) + fence.size();
        return text.substr(begin, text.find("```", begin) - begin);
    }
    template <class List>
    static Keys keysOf(const List& list) {
        return {std::begin(list), std::end(list)};
    }
};

TEST_F(ReadmeTest, TheTableOfYhtYamlIsTheReadersOwn) {
    EXPECT_THAT(page, testing::HasSubstr(configReference()));
}

TEST_F(ReadmeTest, EveryKeyOfEveryOtherFileIsThereAndNoOther) {
    EXPECT_EQ(keysOf(trust::kSourceKeys), documented("### An entry of `sources`"));
    EXPECT_EQ(keysOf(trust::kPartnerKeys), documented("### An entry of `partners`"));
    EXPECT_EQ(keysOf(trust::kCertificateKeys), documented("### An entry of `certificates`"));
    EXPECT_EQ(keysOf(kOperatorKeys), documented("### An entry of `operators`"));
    EXPECT_EQ(keysOf(delivery::kRouteDestinationKeys), documented("### An entry of `destinations` in routes.yaml"));
    EXPECT_EQ(keysOf(delivery::kMaintenanceKeys), documented("### A window of `maintenance`"));
    EXPECT_EQ(keysOf(delivery::kRouteRuleKeys), documented("### A rule of `routes`"));
    Keys destination = keysOf(kProfileDestinationKeys);
    destination.merge(keysOf(kNativeDestinationKeys));
    destination.merge(keysOf(kStoreDestinationKeys));
    EXPECT_EQ(destination, documented("### An entry of `destinations` in destinations.yaml"));
}

TEST_F(ReadmeTest, ItsExamplesAreRead) {
    write("liuyang.pem", test::sharedPki().partner("liuyang").certificatePem());
    for (const char* file : {"yht.yaml", "sources.yaml", "partners.yaml", "operators.yaml", "routes.yaml", "destinations.yaml"}) {
        write(file, example(std::string("## ") + file));
    }
    const auto config = Config::load(directory);
    EXPECT_TRUE(config.ok()) << base::describe(config.error());
    const auto trust = trust::loadTrust(directory);
    EXPECT_TRUE(trust.ok()) << base::describe(trust.error());
    std::filesystem::create_directory(directory + "/certs");
    write("certs/op-007.pem", test::sharedPki().partner("op-007").certificatePem());
    const auto operators = loadOperators(directory);
    EXPECT_TRUE(operators.ok()) << base::describe(operators.error());
    const auto routes = delivery::loadRoutes(directory + "/routes.yaml");
    EXPECT_TRUE(routes.ok()) << base::describe(routes.error());
    const auto resend = resendOf(directory, "centre-430200");
    EXPECT_TRUE(resend.ok()) << base::describe(resend.error());
}

TEST_F(ReadmeTest, DestinationsYamlRefusesWhatItDoesNotKnow) {
    write("destinations.yaml", read(directory + "/destinations.yaml") + "    batch_maxx: 5\n");
    const auto resend = resendOf(directory, "centre");
    ASSERT_FALSE(resend.ok());
    EXPECT_THAT(resend.error().detail, testing::HasSubstr("destinations.yaml:9: "));
    EXPECT_THAT(resend.error().detail, testing::HasSubstr("did you mean batch_max?"));
}

}  // namespace
}  // namespace yht::app
