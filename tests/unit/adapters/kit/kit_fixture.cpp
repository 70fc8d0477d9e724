#include "tests/unit/adapters/kit/kit_fixture.h"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "adapters/kit/raw_json.h"

namespace yht::kit {

using ticket::Field;

TemporaryDirectory::TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "yht-kit-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::filesystem::remove_all(path_);
}

void TemporaryDirectory::write(const std::string& name, const std::string& content) const {
    test::writeFile(path_ / name, content);
}

OutboundRecord recordOf(ticket::Kind kind, std::uint64_t seq) {
    OutboundRecord out;
    out.seq = seq;
    out.record = ticket::Record(kind);
    out.ticket_no = "430200-20190418-0000123-7";
    out.committed_ms = kApril;
    out.record.set(Field::source, "centre-430200");
    out.record.set(Field::record_ref, "R-" + std::to_string(seq));
    out.record.set(Field::version, "3");
    out.record.set(Field::event_time, "2019-04-18T09:30:01.000+08:00");
    return out;
}

OutboundRecord appeal(std::uint64_t seq) {
    OutboundRecord out = recordOf(ticket::Kind::Appeal, seq);
    auto& record = out.record;
    record.set(Field::channel, "01");
    record.set(Field::appeal_type, "2");
    record.set(Field::category_path, std::vector<std::string>{"环境保护", "异味"});
    record.set(Field::title, "小区下水道异味");
    record.set(Field::content, "四楼以上住户家中下水道有刺鼻气味,请派人查看。");
    record.set(Field::appeal_time, "2019-04-18T01:30:01.000Z");
    record.set(Field::hotline_number, "12345");
    record.set(Field::handling_way, "3");
    record.set(Field::caller_name, "张先生");
    record.set(Field::caller_phone, "19900000001");
    record.set(Field::is_anonymous, "false");
    record.set(Field::is_secret, "false");
    record.set(Field::area_code, "430211");
    record.set(Field::urgency, "3");
    return out;
}

namespace {

std::shared_ptr<const Profile> shipped(const std::string& name) {
    auto loaded = Profile::load(std::string(YHT_SOURCE_DIR) + "/schemas/profiles/" + name);
    if (!loaded) throw std::runtime_error(loaded.error().detail);
    return *loaded;
}

}  // namespace

std::shared_ptr<const Profile> xiang() {
    static const std::shared_ptr<const Profile> profile = shipped("xiang-province");
    return profile;
}

std::shared_ptr<const Profile> exchange() {
    static const std::shared_ptr<const Profile> profile = shipped("xiang-exchange");
    return profile;
}

std::string smallProfile(const std::string& rows, const std::string& more) {
    return "name: small\ncharset: GBK\nsubstitute: \"〓\"\ncut_mark: \"……\"\n"
           "time_format: \"%Y-%m-%d %H:%M:%S\"\nflag_true: \"1\"\nflag_false: \"0\"\n"
           "transport: { path: /push, resend: idempotent }\n"
           "envelope: { members: [ { name: LIST, value: records } ] }\n"
           "signature: {}\n"
           "answer:\n  http_answered: [200]\n  code: /code\n  success: [\"0\"]\n  items: /data\n"
           "  item: { seq: XH, code: code, accepted: [\"0\"] }\n"
           "receipt: {}\n" +
           more + "kinds:\n  appeal:\n    type: SQ\n    rows:\n" + rows;
}

trust::SigningKey signingKeyOf(const test::CertificateFiles& files) {
    auto key = trust::signingKey(files.certificatePem(), files.privateKeyPem());
    if (!key) throw std::runtime_error(key.error().detail);
    return *std::move(key);
}

crypto::Certificate certificateOf(const test::CertificateFiles& files) {
    auto certificate = crypto::Certificate::fromPem(files.certificatePem());
    if (!certificate) throw std::runtime_error(certificate.error().detail);
    return *std::move(certificate);
}

trust::TlsFiles tlsOf(const test::CertificateFiles& files) {
    return {
        .certificate_chain_pem = files.certificate,
        .private_key_pem = files.private_key,
        .peer_ca_pem = files.ca};
}

std::string member(const std::string& text, const std::string& name) {
    const auto parsed = json::parse(text);
    if (!parsed) return "<no JSON>";
    const auto* found = json::findMember(*parsed, name);
    if (found == nullptr) return "<none>";
    return found->IsString() ? json::textMember(*parsed, name) : json::write(*found);
}

}  // namespace yht::kit
