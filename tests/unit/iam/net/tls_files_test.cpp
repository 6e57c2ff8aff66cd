// Our certificate and its key: what is wrong with the files, and what happens when they change.
#include "daemon/iam/net/tls.hpp"

#include "tests/support/iam_standin.hpp"
#include "tests/support/test_ca.hpp"
#include "tests/unit/iam/net/one_client.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace tokenward::iam {
namespace {

using support::iam_standin;
using support::key_and_certificate;
using support::read_file;
using support::temp_dir;
using support::test_ca;

const test_ca& ca() {
    static const test_ca one;
    return one;
}

std::string fault_of(const std::string& cert, const std::string& key) {
    auto made = make_tls_context({.cert = cert, .key = key});
    return made ? "" : made.error().detail;
}

/// An IAM that wants a client certificate of ca().
iam_standin strict_iam() {
    auto served = ca().server();
    return iam_standin({.tls_certificate = served.certificate,
                        .tls_key = served.key,
                        .more = {"--tls-client-ca", ca().certificate()}});
}

https_options showing(const std::string& cert, const std::string& key) {
    https_options o;
    o.tls = {.cacert = ca().certificate(), .cert = cert, .key = key};
    return o;
}

} // namespace

TEST(ClientCertificate, FaultsOfItsFilesAreSaid) {
    temp_dir folder;
    auto me = ca().client();
    auto other = ca().client("other");
    const std::string junk = folder.write("junk", "no PEM at all\n");
    const std::string gone = folder / "gone";
    const std::string locked = ca().encrypted(me);
    EXPECT_EQ(fault_of(me.certificate, me.key), "");
    EXPECT_EQ(fault_of(gone, me.key), "cert " + gone + " can't be read: No such file or directory");
    EXPECT_EQ(fault_of(me.certificate, gone), "key " + gone + " can't be read: No such file or directory");
    EXPECT_EQ(fault_of(junk, me.key), "cert " + junk + " holds no certificate in PEM");
    EXPECT_EQ(fault_of(me.certificate, junk), "key " + junk + " holds no private key in PEM");
    EXPECT_EQ(fault_of(me.certificate, ""),
              "key " + me.certificate.string() + " holds no private key in PEM");
    EXPECT_EQ(fault_of(me.certificate, other.key), "key " + other.key.string() +
                                                       " does not belong to the certificate in " +
                                                       me.certificate.string());
    EXPECT_EQ(fault_of(me.certificate, locked).find("key " + locked + " is encrypted with a passphrase"), 0U)
        << fault_of(me.certificate, locked);
}

TEST(ClientCertificate, NothingIsWaitedForWhereOneOfTheFilesIsAPipe) {
    temp_dir folder;
    auto me = ca().client();
    const std::string pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(fault_of(pipe, me.key), "cert " + pipe + " can't be read: it is not a regular file");
    EXPECT_EQ(fault_of(me.certificate, pipe), "key " + pipe + " can't be read: it is not a regular file");
    auto made = make_tls_context({.cacert = pipe});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().detail,
              "cacert " + pipe + " can't be read as PEM certificates: it is not a regular file");
}

TEST(ClientCertificate, MayHaveItsKeyInTheSameFile) {
    temp_dir folder;
    auto me = ca().client();
    EXPECT_EQ(fault_of(folder.write("key-first", read_file(me.key) + read_file(me.certificate)), ""), "");
    EXPECT_EQ(fault_of(folder.write("key-last", read_file(me.certificate) + read_file(me.key)), ""), "");
}

TEST(ClientCertificate, IsShownAlsoWhenTheIamIsNotVerified) {
    auto iam = strict_iam();
    auto me = ca().client();
    https_options o = showing(me.certificate, me.key);
    o.tls.verify = false;
    one_client client(iam.tls_auth_url(), o);
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
}

TEST(ClientCertificate, IamThatWantsOneSaysSo) {
    auto iam = strict_iam();
    one_client client(iam.tls_auth_url(), showing("", ""));
    EXPECT_EQ(client.status(), 0U);
    EXPECT_NE(client.failure().detail.find("it wants a client certificate: name one as cert"),
              std::string::npos)
        << client.failure().detail;
}

TEST(ClientCertificate, ThatTheIamDoesNotKnowIsNamed) {
    auto iam = strict_iam();
    test_ca strangers;
    auto me = strangers.client();
    one_client client(iam.tls_auth_url(), showing(me.certificate, me.key));
    EXPECT_EQ(client.status(), 0U);
    EXPECT_NE(
        client.failure().detail.find("it does not accept the client certificate " + me.certificate.string()),
        std::string::npos)
        << client.failure().detail;
}

TEST(ClientCertificate, ThatChangesOnDiskIsTheOneShownNext) {
    auto iam = strict_iam();
    temp_dir folder;
    auto me = ca().client();
    test_ca strangers;
    auto stranger = strangers.client();
    const std::string both =
        folder.write("me.pem", read_file(stranger.certificate) + read_file(stranger.key));
    one_client client(iam.tls_auth_url(), showing(both, ""));
    EXPECT_EQ(client.status(), 0U);
    folder.write("me.pem", read_file(me.certificate) + read_file(me.key));
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
}

TEST(TlsKeeper, MakesAContextOnlyWhenAFileHasChanged) {
    temp_dir folder;
    auto me = ca().client();
    auto next = ca().client("next");
    const std::string cert = folder.write("cert", read_file(me.certificate));
    const std::string key = folder.write("key", read_file(me.key));
    tls_keeper keeper({.cert = cert, .key = key});
    auto first = *keeper.current();
    EXPECT_EQ(*keeper.current(), first);
    folder.write("cert", read_file(next.certificate));
    auto half_way = keeper.current();
    ASSERT_TRUE(half_way) << half_way.error().detail;
    EXPECT_EQ(*half_way, first) << "the key is still the old one's";
    folder.write("key", read_file(next.key));
    EXPECT_NE(*keeper.current(), first);
}

TEST(TlsKeeper, WithoutAFirstContextTheFaultIsSaidUntilItIsMended) {
    temp_dir folder;
    const std::string both = folder / "me.pem";
    tls_keeper keeper({.cert = both});
    EXPECT_FALSE(keeper.current());
    auto me = ca().client();
    folder.write("me.pem", read_file(me.certificate) + read_file(me.key));
    EXPECT_TRUE(keeper.current());
}

} // namespace tokenward::iam
