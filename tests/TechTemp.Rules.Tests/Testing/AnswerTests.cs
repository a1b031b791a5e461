using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Testing;

/// <summary>What a failed test shows of an answer.</summary>
public sealed class AnswerTests
{
    [Theory]
    [InlineData(200, "application/json", """{"data":[]}""", "200 application/json\n{\"data\":[]}")]
    [InlineData(502, "text/html", "<html>Bad gateway</html>", "502 text/html\n<html>Bad gateway</html>")]
    [InlineData(304, "", "", "304 \n(no body)")]
    public void An_answer_shows_its_status_and_its_body_whatever_that_is(int status, string type, string body, string text) =>
        Assert.Equal(text, new Answer(status, new Dictionary<string, string> { ["Content-Type"] = type }, body).ToString());

    [Fact]
    public void No_answer_is_shown_as_that() =>
        Assert.Equal("0 \nno answer", new Answer(0, new Dictionary<string, string>(), "no answer").ToString());
}
