// A source that is asked over HTTPS, and whether its certificate is revoked: the real gateway, a list that `openssl` publishes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/scenarios/shipped_source.h"
#include "tests/scenarios/sources_world.h"

namespace yht::scenarios {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kBoard = "zz-zhizhuxia";

class SourceRevocation : public testing::Test {
protected:
    void SetUp() override {
        shell("printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=index\\ncrlnumber=number\\ndefault_md=sha256\\ndefault_crl_days=7\\n' > ca.conf; "
              ": > index; echo 01 > number; openssl ca -config ca.conf -cert root.pem -keyfile root.key -valid sources.pem");
        std::ofstream(federation.deployment() + "/yht.yaml", std::ios::app)
            << "revocation:\n  policy: off\n  crl_files: [" << world.pki("root.crl") << "]\n";
    }
    void shell(const std::string& script) {
        const auto done = runToEnd({"/bin/bash", "-ec", "cd " + world.pki("") + "; export OPENSSL_CONF=/dev/null; " + script},
                                   federation.directory() + "/shell.log");
        ASSERT_EQ(0, done.exit_code) << script;
    }
    void publish() {
        shell("openssl ca -gencrl -config ca.conf -cert root.pem -keyfile root.key -out root.crl.new; mv root.crl.new root.crl");
    }
    std::string shown(std::vector<std::string> how = {"--json"}) {
        how.insert(how.begin(), {"sources", "show", kBoard});
        return federation.yht(how).output;
    }
    void waitUntilShown(const std::string& text) {
        Federation::waitUntil("yht sources show says " + text, [&] { return shown().find(text) != std::string::npos; });
    }

    Federation federation;
    SourcesWorld world{federation};
};

TEST_F(SourceRevocation, ItsFarSideIsHeldToThePolicyOfTheManifestAndShown) {
    replaceInDeployment(federation, std::string("sources/") + kBoard + "/source.yaml", "pull:\n", "pull:\n  revocation: hard_fail\n");
    world.serve({"--cases", "3"});
    federation.startGateway();
    // Nobody knows: nothing is asked, and it is tried again.
    waitUntilShown("\"revocation\":{\"policy\":\"hard_fail\",\"state\":\"unchecked\"}");
    EXPECT_THAT(shown(), HasSubstr("certificate.crl_missing"));
    EXPECT_EQ(0U, world.account(kBoard).received);
    publish();
    world.waitUntilDecided(kBoard, 3);
    waitUntilShown("\"revocation\":{\"policy\":\"hard_fail\",\"state\":\"passed\"}");

    shell("openssl ca -config ca.conf -cert root.pem -keyfile root.key -revoke sources.pem -crl_reason keyCompromise");
    publish();
    waitUntilShown("\"revocation\":{\"policy\":\"hard_fail\",\"state\":\"revoked\"}");
    EXPECT_THAT(shown({}), AllOf(HasSubstr("吊销核验 revocation: hard_fail"), HasSubstr("certificate.revoked_crl")));
}

}  // namespace
}  // namespace yht::scenarios
