#include "gateway/intake/attach/attachment_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yht::intake {
namespace {

using kit::AdaptedAttachment;

std::string codeOf(const base::Result<base::Bytes>& result) {
    return result.ok() ? *result : result.error().row().wire;
}

kit::Manifest manifest() {
    kit::Manifest made;
    made.secrets = {{"token", "file:a.token"}};
    made.attachments.hosts = {"files.example"};
    made.attachments.headers = {{"X-Token", "{secret:token}"}};
    made.attachments.two_step_url = "https://files.example/get?id={number}&t={secret:token}";
    made.attachments.two_step_headers = {{"X-Number", "{number}"}};
    return made;
}

std::optional<std::string> secrets(const std::string& name) {
    return name == "a.token" ? std::optional<std::string>("s&cret") : std::nullopt;
}

TEST(AttachmentRequest, AUrlGoesAsItIsWithTheHeadersOfTheManifest) {
    const auto request =
        attachmentRequest(manifest(), {AdaptedAttachment::Kind::Url, "https://files.example/a", "", "", "", 0}, "/d", secrets);
    ASSERT_TRUE(request.ok()) << base::describe(request.error());
    EXPECT_EQ("https://files.example/a", request->ask.url);
    EXPECT_THAT(request->ask.fields, testing::ElementsAre(testing::Pair("X-Token", "s&cret")));
    EXPECT_FALSE(request->ask.post);
}

TEST(AttachmentRequest, TheSecondStepIsFilledInAndEscapedForWhereItStands) {
    auto made = manifest();
    const AdaptedAttachment number{AdaptedAttachment::Kind::TwoStep, "../7 &x=\"1", "", "", "", 0};
    auto request = attachmentRequest(made, number, "/d", secrets);
    ASSERT_TRUE(request.ok());
    EXPECT_EQ("https://files.example/get?id=..%2F7%20%26x%3D%221&t=s%26cret", request->ask.url);
    EXPECT_THAT(request->ask.fields, testing::Contains(testing::Pair("X-Number", "../7 &x=\"1")));
    made.attachments.two_step_post = true;
    made.attachments.two_step_content_type = "application/json";
    made.attachments.two_step_body = "{\"id\":\"{number}\"}";
    made.attachments.two_step_content = "data/file";
    made.attachments.ca = "file:ca.pem";
    request = attachmentRequest(made, number, "/d", secrets);
    ASSERT_TRUE(request.ok());
    EXPECT_EQ("{\"id\":\"../7 &x=\\\"1\"}", request->ask.body);
    EXPECT_EQ("/d/ca.pem", request->rules.ca_path);
    EXPECT_LT(made.attachments.bytes_max, request->rules.bytes_max);  // base64 is longer
}

TEST(AttachmentRequest, ALineBreakInANumberMakesNoHeader) {
    const auto request =
        attachmentRequest(manifest(), {AdaptedAttachment::Kind::TwoStep, "7\r\nX: y", "", "", "", 0}, "/d", secrets);
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(base::ErrorCode::ConfigInvalid, request.error().code);
}

TEST(AttachmentRequest, WithoutHostsOrSecondStepNobodyIsAsked) {
    auto made = manifest();
    made.attachments.two_step_url.clear();
    const AdaptedAttachment number{AdaptedAttachment::Kind::TwoStep, "7", "", "", "", 0};
    EXPECT_EQ(base::ErrorCode::AttachmentHost, attachmentRequest(made, number, "/d", secrets).error().code);
    made = manifest();
    made.attachments.hosts.clear();
    EXPECT_EQ(base::ErrorCode::AttachmentHost, attachmentRequest(made, number, "/d", secrets).error().code);
    made = manifest();
    made.secrets.clear();
    EXPECT_EQ(base::ErrorCode::ConfigInvalid, attachmentRequest(made, number, "/d", secrets).error().code);
}

TEST(AttachmentRequest, ContentOfAJsonAnswer) {
    EXPECT_EQ("hi", codeOf(contentInJson(R"({"code":200,"data":{"file":"aGk="}})", "data/file")));
    EXPECT_EQ("delivery.answer_invalid", codeOf(contentInJson(R"({"data":[]})", "data/file")));
    EXPECT_EQ("delivery.answer_invalid", codeOf(contentInJson("<html>", "data/file")));
    EXPECT_EQ("attachment.encoding_invalid", codeOf(contentInJson(R"({"data":{"file":"no base64"}})", "data/file")));
}

TEST(AttachmentRequest, Base64IsStrictButForWhatSourcesPutAroundIt) {
    EXPECT_EQ("hi", codeOf(decodedContent("aGk=")));
    EXPECT_EQ("hi", codeOf(decodedContent("data:image/png;base64,aGk=")));
    EXPECT_EQ("hi", codeOf(decodedContent("aG\r\nk=\n")));
    for (const char* wrong : {"", "aGk", "aGl=", "aG k=", "aGk=aGk=", "data:image/png,aGk=", "data:;base64,", "====", "aGk\xEF\xBC\x9D"}) {
        EXPECT_EQ("attachment.encoding_invalid", codeOf(decodedContent(wrong))) << wrong;
    }
}

}  // namespace
}  // namespace yht::intake
