#include "gateway/app/config.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

constexpr std::int64_t kNoBound = 0;

// name, type, unit, default (nullptr: required), min, max, English, Chinese
constexpr KeyRow kTable[] = {
    {"gateway.name", KeyType::Text, "", "yihaotong", kNoBound, kNoBound,
     "Name of this gateway in log lines and metrics.", "网关名称,用于日志与指标。"},
    {"partner.listen", KeyType::Address, "", "0.0.0.0:8443", kNoBound, kNoBound,
     "Where partners connect (mutual TLS).", "对接方接入地址(双向 TLS)。"},
    {"partner.public_base_urls", KeyType::Texts, "", nullptr, kNoBound, kNoBound,
     "The addresses partners use, scheme and port included; signatures over @target-uri are checked against them.",
     "对接方使用的公开地址(含协议与端口);签名中的 @target-uri 按此核对。"},
    {"partner.certificate", KeyType::Path, "", nullptr, kNoBound, kNoBound,
     "Server certificate chain, PEM, leaf first.", "服务器证书链,PEM,叶证书在前。"},
    {"partner.private_key", KeyType::Path, "", nullptr, kNoBound, kNoBound,
     "Private key of the server certificate, PEM.", "服务器证书私钥,PEM。"},
    {"partner.issuer_ca", KeyType::Path, "", "", kNoBound, kNoBound,
     "CA that the server certificate must lead to, PEM; empty: its chain is only checked as far as it goes.",
     "服务器证书须能追溯到的 CA,PEM;为空则仅核对证书链自身。"},
    {"partner.client_ca", KeyType::Path, "", nullptr, kNoBound, kNoBound,
     "CAs that partners' certificates must chain to, PEM.", "签发对接方证书的 CA,PEM。"},
    {"partner.allow_tls12", KeyType::Flag, "", "false", kNoBound, kNoBound,
     "Take TLS 1.2 beside 1.3.", "除 TLS 1.3 外是否接受 TLS 1.2。"},
    {"partner.connections_max", KeyType::Integer, "connections", "256", 8, 4096,
     "Connections at once; also the number of threads.", "最大并发连接数,也是线程数。"},
    {"partner.connections_per_address_max", KeyType::Integer, "connections", "64", 1, 4096,
     "Connections at once from one address.", "单一地址的最大并发连接数。"},
    {"partner.header_deadline_ms", KeyType::Integer, "ms", "5000", 100, 600'000,
     "A request's header must be complete within this time.", "请求头须在此时限内到齐。"},
    {"partner.body_deadline_ms", KeyType::Integer, "ms", "15000", 100, 600'000,
     "A request's body must be complete within this time.", "请求体须在此时限内到齐。"},
    {"partner.idle_ms", KeyType::Integer, "ms", "60000", 100, 3'600'000,
     "A kept-alive connection is closed after this time without a request.", "长连接空闲超过此时间即关闭。"},
    {"channels.listen", KeyType::Address, "", "", kNoBound, kNoBound,
     "Where old systems call the endpoints that products declare; empty: nobody listens, declared endpoints are idle.",
     "老系统调用适配产品所声明接口的地址;为空则不监听,已声明的接口不启用。"},
    {"channels.consent", KeyType::Text, "", "", kNoBound, kNoBound,
     "Who allowed, when and why, that callers are known there by less than a partner's signature; wanted with channels.listen.",
     "准予该处以弱于对接方签名的方式识别调用方的批准人、日期与理由;设置 channels.listen 时必填。"},
    {"channels.plain_http_consent", KeyType::Text, "", "", kNoBound, kNoBound,
     "Who allowed, when and why, that the channels listener speaks HTTP without TLS; empty: TLS.",
     "准予渠道监听口使用无 TLS 的 HTTP 的批准人、日期与理由;为空则使用 TLS。"},
    {"channels.certificate", KeyType::Path, "", "", kNoBound, kNoBound,
     "Server certificate chain of the channels listener, PEM; empty: that of partners.", "渠道监听口的服务器证书链,PEM;为空则用对接方监听口的证书。"},
    {"channels.private_key", KeyType::Path, "", "", kNoBound, kNoBound,
     "Its private key, PEM; empty: that of partners.", "其私钥,PEM;为空则用对接方监听口的私钥。"},
    {"channels.client_ca", KeyType::Path, "", "", kNoBound, kNoBound,
     "CAs of client certificates, PEM: callers are asked for one, and may have none; empty: they are not asked.",
     "客户端证书的签发 CA,PEM:向调用方索取证书但不强制;为空则不索取。"},
    {"channels.allow_tls12", KeyType::Flag, "", "true", kNoBound, kNoBound,
     "Take TLS 1.2 beside 1.3.", "除 TLS 1.3 外是否接受 TLS 1.2。"},
    {"channels.connections_max", KeyType::Integer, "connections", "64", 4, 1024,
     "Connections at once; also the number of threads. One source has half of them at most.",
     "最大并发连接数,也是线程数;单一来源至多占其半数。"},
    {"channels.connections_per_address_max", KeyType::Integer, "connections", "16", 1, 1024,
     "Connections at once from one address.", "单一地址的最大并发连接数。"},
    {"channels.header_deadline_ms", KeyType::Integer, "ms", "5000", 100, 600'000,
     "A request's header must be complete within this time.", "请求头须在此时限内到齐。"},
    {"channels.body_deadline_ms", KeyType::Integer, "ms", "15000", 100, 600'000,
     "A request's body must be complete within this time.", "请求体须在此时限内到齐。"},
    {"channels.idle_ms", KeyType::Integer, "ms", "15000", 100, 3'600'000,
     "A kept-alive connection is closed after this time without a request.", "长连接空闲超过此时间即关闭。"},
    {"front.listen", KeyType::Address, "", "", kNoBound, kNoBound,
     "Where named TLS fronts connect, which end partners' TLS and hand on their certificates as Client-Cert (RFC 9440); empty: none.",
     "TLS 前置的接入地址:前置终结对接方的 TLS,并以 Client-Cert(RFC 9440)转交其证书;为空则不设。"},
    {"front.fronts", KeyType::Texts, "", "", kNoBound, kNoBound,
     "Certificates of the fronts, PEM files; nobody else is heard there.", "各前置自身的证书,PEM 文件;该处不接受其他来访者。"},
    {"front.client_ca", KeyType::Path, "", "", kNoBound, kNoBound,
     "CA that the fronts' certificates must chain to, PEM; wanted with front.listen.", "签发前置证书的 CA,PEM;设置 front.listen 时必填。"},
    {"front.certificate", KeyType::Path, "", "", kNoBound, kNoBound,
     "Server certificate chain towards fronts, PEM; empty: that of partners.", "面向前置的服务器证书链,PEM;为空则用对接方监听口的证书。"},
    {"front.private_key", KeyType::Path, "", "", kNoBound, kNoBound,
     "Its private key, PEM; empty: that of partners.", "其私钥,PEM;为空则用对接方监听口的私钥。"},
    {"front.allow_tls12", KeyType::Flag, "", "false", kNoBound, kNoBound,
     "Take TLS 1.2 beside 1.3.", "除 TLS 1.3 外是否接受 TLS 1.2。"},
    {"front.connections_max", KeyType::Integer, "connections", "64", 1, 1024,
     "Connections of fronts at once; also the number of threads. Many partners share one.", "前置的最大并发连接数,也是线程数;多个对接方可共用一个连接。"},
    {"admin.listen", KeyType::Address, "", "127.0.0.1:9090", kNoBound, kNoBound,
     "Health, readiness and metrics; keep it local.", "健康检查与指标地址,仅限本机。"},
    {"signing.certificate", KeyType::Path, "", nullptr, kNoBound, kNoBound,
     "Certificate whose key signs answers, PEM.", "用于签署应答的证书,PEM。"},
    {"signing.private_key", KeyType::Path, "", nullptr, kNoBound, kNoBound,
     "Its private key, PEM.", "其私钥,PEM。"},
    {"signing.soap_certificate", KeyType::Path, "", "", kNoBound, kNoBound,
     "Certificate whose key signs SOAP answers, PEM: RSA, which every toolkit verifies; empty: signing.certificate.",
     "用于签署 SOAP 应答的证书,PEM:宜用 RSA,各工具包均可验证;为空则用 signing.certificate。"},
    {"signing.soap_private_key", KeyType::Path, "", "", kNoBound, kNoBound,
     "Its private key, PEM.", "其私钥,PEM。"},
    {"signing.issuer_ca", KeyType::Path, "", "", kNoBound, kNoBound,
     "CA that the signing certificate must lead to, PEM; empty: its chain is only checked as far as it goes.",
     "签名证书须能追溯到的 CA,PEM;为空则仅核对证书链自身。"},
    {"revocation.policy", KeyType::Text, "", "off", kNoBound, kNoBound,
     "What holds while nobody can tell whether a certificate is revoked, of partners and far sides that have none of their own: off, "
     "hard_fail (refused), last_good:HOURS (the last good answer counts so long after it ran out), queue (put off). Known to be revoked "
     "is refused under each.",
     "无法确认证书是否吊销时的处理,适用于未单独设置的对接方与对端:off 不核验;hard_fail 拒绝;last_good:小时 沿用最近一次良好应答;"
     "queue 暂缓。已知吊销的一律拒绝。"},
    {"revocation.crl_files", KeyType::Texts, "", "", kNoBound, kNoBound,
     "Revocation lists of CAs, PEM or DER; read again within a second after they change.", "CA 的吊销列表文件,PEM 或 DER;改动后 1 秒内重新读取。"},
    {"revocation.crl_urls", KeyType::Texts, "", "", kNoBound, kNoBound,
     "Where revocation lists are fetched, http or https.", "吊销列表的下载地址,http 或 https。"},
    {"revocation.ocsp_url", KeyType::Text, "", "", kNoBound, kNoBound,
     "OCSP responder that is asked about every certificate; empty: the one that the certificate names, with certificate_urls.",
     "统一使用的 OCSP 服务地址;为空则在 certificate_urls 开启时使用证书所载地址。"},
    {"revocation.certificate_urls", KeyType::Flag, "", "false", kNoBound, kNoBound,
     "Ask the addresses that certificates name (distribution points, OCSP), as far as hosts allows.",
     "是否使用证书所载的地址(CRL 分发点、OCSP),以 hosts 所列为限。"},
    {"revocation.hosts", KeyType::Texts, "", "", kNoBound, kNoBound,
     "Hosts that may be asked besides those of crl_urls and ocsp_url: name or name:port. An address of the inner network must stand here "
     "itself, whatever name leads to it.",
     "除 crl_urls、ocsp_url 外允许访问的主机(名称或 名称:端口)。内网地址无论以何名称访问,均须在此列出。"},
    {"revocation.ca", KeyType::Path, "", "", kNoBound, kNoBound,
     "CAs of https addresses that are asked, PEM; empty: those of the system.", "访问 https 地址所用的 CA,PEM;为空则用系统自带。"},
    {"revocation.refresh_ms", KeyType::Integer, "ms", "3600000", 500, 604'800'000,
     "Lists and answers are asked for again after this time at the latest.", "吊销列表与应答至迟在此时间后重新获取。"},
    {"revocation.retry_ms", KeyType::Integer, "ms", "60000", 200, 86'400'000,
     "Asked again so long after a failure.", "获取失败后的重试间隔。"},
    {"revocation.timeout_ms", KeyType::Integer, "ms", "10000", 100, 120'000,
     "Time that one list or answer may take.", "获取一份列表或应答的时限。"},
    {"ledger.directory", KeyType::Path, "", nullptr, kNoBound, kNoBound,
     "Where the ledger lives; one process writes it.", "账本所在目录,只允许一个进程写入。"},
    {"ledger.origin", KeyType::Text, "", nullptr, kNoBound, kNoBound,
     "Origin line of every checkpoint, for example yht.example/430200/1.", "检查点的 origin 行,如 yht.example/430200/1。"},
    {"ledger.log_key_name", KeyType::Text, "", nullptr, kNoBound, kNoBound,
     "Name of the log key in signed notes.", "账本签名密钥在检查点中的名称。"},
    {"ledger.log_key", KeyType::Path, "", nullptr, kNoBound, kNoBound,
     "Ed25519 private key that signs checkpoints and nothing else, PEM.", "仅用于签署检查点的 Ed25519 私钥,PEM。"},
    {"ledger.kek", KeyType::Path, "", nullptr, kNoBound, kNoBound,
     "File with the key-encryption key: 64 hexadecimal digits.", "密钥加密密钥文件:64 位十六进制。"},
    {"ledger.kek_former", KeyType::Path, "", "", kNoBound, kNoBound,
     "The key-encryption key before it, while it is being rotated (yht ledger rekey); empty: there is none.",
     "轮换(yht ledger rekey)期间的原密钥加密密钥文件;为空则无。"},
    {"ledger.payload_cipher", KeyType::Text, "", "aes-256-gcm", kNoBound, kNoBound,
     "How new payloads are sealed: aes-256-gcm, or sm4-ctr-hmac-sm3; old ones stay readable.",
     "新内容的加密方式:aes-256-gcm 或 sm4-ctr-hmac-sm3;已有内容照旧可读。"},
    {"ledger.second_digest", KeyType::Text, "", "", kNoBound, kNoBound,
     "sm3: new leaves commit to their payload by SM3 beside SHA-256; empty: by SHA-256 alone.",
     "sm3:新的叶除 SHA-256 外另含 SM3 承诺;为空则仅 SHA-256。"},
    {"ledger.batch_max", KeyType::Integer, "tasks", "256", 1, 4096,
     "Requests that one durable commit may hold.", "一次落盘提交最多包含的请求数。"},
    {"ledger.queue_max", KeyType::Integer, "tasks", "2048", 16, 65'536,
     "Requests that may wait for the disk; beyond it callers get 503.", "等待落盘的最大请求数,超出时返回 503。"},
    {"attachments.bytes_max", KeyType::Integer, "bytes", "209715200", 1024, 1'099'511'627'776,
     "Length of one attachment.", "单个附件的最大字节数。"},
    {"attachments.total_bytes_max", KeyType::Integer, "bytes", "10737418240", 1'048'576, 1'099'511'627'776'000,
     "All attachments together, as they stand in ledger.directory/attachments; of one partner half of it; "
     "beyond it uploads get 503.",
     "全部附件(位于 ledger.directory/attachments)的总字节数上限,单一对接方至多占其半数,超出时上传返回 503。"},
    {"attachments.uploads_max", KeyType::Integer, "uploads", "8", 1, 256,
     "Attachments being received at once; of one partner half of them; a partner's first is always taken.",
     "同时接收的附件数;单一对接方至多占其半数,任一对接方的首个上传总能接收。"},
    {"attachments.unnamed_hours_max", KeyType::Integer, "hours", "720", 0, 87'600,
     "For so long an attachment stays that no record of who brought it names; then it is destroyed, told in an audit "
     "entry. An item in quarantine names nothing yet. 0: for ever.",
     "上传后提供方的记录一直未引用的附件的保留时间,逾期销毁并记入审计条目。隔离区中的条目不算引用。0 为永久保留。"},
    {"attachments.scan_program", KeyType::Path, "", "", kNoBound, kNoBound,
     "Malware check: a program that reads the attachment on its standard input and exits 0 (clean) or 1 (refused); "
     "any other end refuses the upload for now. Empty: no check.",
     "恶意代码检查程序:从标准输入读取附件,退出码 0 为通过、1 为拒绝,其余情况暂不接收;为空则不检查。"},
    {"attachments.scan_deadline_ms", KeyType::Integer, "ms", "30000", 100, 50'000,
     "Time that the check may take.", "检查的时限。"},
    {"trial.directory", KeyType::Path, "", "", kNoBound, kNoBound,
     "Where the trial ledger of partners in joint test lives; empty: there is none, and such partners are refused.",
     "联调账本所在目录;为空则不设联调账本,联调阶段的对接方一律拒收。"},
    {"trial.bytes_max", KeyType::Integer, "bytes", "1073741824", 16'777'216, 1'099'511'627'776,
     "How large the trial ledger may become; what comes then is answered as on a full disk.",
     "联调账本的大小上限,超出后按磁盘已满应答。"},
    {"calendar.file", KeyType::Path, "", "", kNoBound, kNoBound,
     "Working-day calendar, CSV; empty: Saturdays and Sundays off.", "工作日历 CSV;为空则仅周六、周日休息。"},
    {"fold.lead_unit_decides", KeyType::Flag, "", "true", kNoBound, kNoBound,
     "A ticket is finished when its lead unit is; false: when every lead and assisting unit is.",
     "主办单位办结即视为工单办结;false:主办、协办单位均须办结。"},
    {"fold.visit_required", KeyType::Flag, "", "true", kNoBound, kNoBound,
     "A finished ticket waits for its visit before it is closed.", "工单办结后须经回访方可结案。"},
    {"fold.audit_required", KeyType::Flag, "", "false", kNoBound, kNoBound,
     "A finished ticket waits to be audited before anything else.", "工单办结后须先经审核。"},
    {"fold.due_soon_ms", KeyType::Integer, "ms", "86400000", 0, 2'678'400'000,
     "A ticket is flagged as due soon so long before its deadline.", "距办理时限不足此时间即标记为临期。"},
    {"clock.offset_ms", KeyType::Integer, "ms", "0", -864'000'000, 864'000'000,
     "Moves the gateway's clock, for drills only.", "时钟偏移,仅供演练。"},
};

const char* typeName(KeyType type) {
    switch (type) {
        case KeyType::Text: return "text";
        case KeyType::Path: return "path";
        case KeyType::Address: return "host:port";
        case KeyType::Integer: return "integer";
        case KeyType::Flag: return "true/false";
        case KeyType::Texts: return "list of text";
    }
    YHT_ASSERT(false);
}

std::string fallbackText(const KeyRow& row) {
    if (row.fallback == nullptr) return "required 必填";
    return *row.fallback == '\0' ? "(empty)" : row.fallback;
}

}  // namespace

std::span<const KeyRow> configTable() { return kTable; }

std::string configReference() {
    std::string text =
        "| key | type | unit | default | range | |\n| --- | --- | --- | --- | --- | --- |\n";
    for (const auto& row : kTable) {
        const std::string range = row.type == KeyType::Integer
                                      ? std::to_string(row.min) + " … " + std::to_string(row.max)
                                      : "";
        text += "| `" + std::string(row.name) + "` | " + typeName(row.type) + " | " + row.unit +
                " | " + fallbackText(row) + " | " + range + " | " + row.zh + " " + row.en + " |\n";
    }
    return text;
}

std::string configReferenceJson() {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartArray();
    for (const auto& row : kTable) {
        out.StartObject();
        json::writeText(out, "key", row.name);
        json::writeText(out, "type", typeName(row.type));
        json::writeTextIfAny(out, "unit", row.unit);
        out.Key("required");
        out.Bool(row.fallback == nullptr);
        if (row.fallback != nullptr) json::writeText(out, "default", row.fallback);
        if (row.type == KeyType::Integer) {
            out.Key("min");
            out.Int64(row.min);
            out.Key("max");
            out.Int64(row.max);
        }
        json::writeText(out, "zh", row.zh);
        json::writeText(out, "en", row.en);
        out.EndObject();
    }
    out.EndArray();
    return buffer.GetString() + std::string("\n");
}

}  // namespace yht::app
