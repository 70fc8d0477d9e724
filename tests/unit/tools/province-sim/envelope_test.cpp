#include "tools/province-sim/envelope.h"

#include <gtest/gtest.h>

#include "tools/province-sim/seal.h"

namespace yht {
namespace {

const std::string kHead =
    R"({"APPID":"XZ43020001","MSGID":"0f3c0000000000000000000000000001","TIMESTAMP":"20190418093015",)"
    R"("NONCE":"9b1e000000000000000000000000beef","SIGNALG":"ECDSA-P256-SHA256","ZSZW":")" +
    std::string(64, 'a') + R"(","SJTS":"1","SIGN":"AAAA","SJLB":)";

TEST(ProvinceEnvelope, SignsTheBytesOfTheListAsTheyCame) {
    const auto envelope = province_sim::readEnvelope(kHead + R"([ {"XH" : "1"} ]})");
    ASSERT_TRUE(envelope.has_value());
    EXPECT_EQ(R"([ {"XH" : "1"} ])", envelope->list_bytes);
}

TEST(ProvinceEnvelope, TheTextToSignIsThatOfTheProfilesExample) {
    province_sim::Envelope envelope;
    envelope.appid = "XZ43020001";
    envelope.msgid = "0f3c0000000000000000000000000001";
    envelope.timestamp = "20190418093015";
    envelope.nonce = "9b1e000000000000000000000000beef";
    envelope.list_bytes = "[]";
    EXPECT_EQ(
        "XZ43020001&0f3c0000000000000000000000000001&20190418093015&"
        "9b1e000000000000000000000000beef&"
        "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
        envelope.textToSign()
    );
}

TEST(ProvinceEnvelope, RefusesWhatIsNotTheNineMembersInOrder) {
    const auto refused = [](const std::string& body) {
        return !province_sim::readEnvelope(body).has_value();
    };
    EXPECT_TRUE(refused("")) << "empty";
    EXPECT_TRUE(refused(kHead + "[]}")) << "no record";
    EXPECT_TRUE(refused(kHead + "[{},{}]}")) << "SJTS is not the number of records";
    EXPECT_TRUE(refused(kHead + "[{}] }")) << "white space";
    EXPECT_TRUE(refused(kHead + R"([{}],"SJLB":[{"XH":"2"}]})")) << "a second list";
    EXPECT_TRUE(refused(kHead + R"([{}],"X":"1"})")) << "a tenth member";
    EXPECT_TRUE(refused(R"({"SJLB":[{}],)" + kHead.substr(1, kHead.size() - 9) + "\"X\":\"1\"}"))
        << "the list first";
    std::string nested = kHead + "[{\"KZXX\":";
    for (int i = 0; i < 20; ++i) nested += "{\"a\":";
    EXPECT_TRUE(refused(nested)) << "too deep";
}

}  // namespace
}  // namespace yht
